"""A stand-in of PISTE and the Chorus Pro API: what docs/chorus-pro-api.md says, on a socket of this machine, made-up data."""
