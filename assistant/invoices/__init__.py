"""An invoice: checked before deposit, looked up afterwards."""
