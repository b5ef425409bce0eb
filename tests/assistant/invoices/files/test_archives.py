import io
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from assistant.invoices.files.archives import open_lot
from assistant.invoices.files.detection import Container
from assistant.invoices.files.limits import Limits
from assistant.invoices.files.refusal import Refused
from tests.support.invoices.containers import make_tar_gz, make_zip

SMALL = Limits(file_bytes=1000, lot_bytes=5000, members=5)


def read(path: Path, content: bytes, container: Container = Container.ZIP, limits: Limits = SMALL) -> dict[str, bytes | None]:
    path = path / "lot"
    path.write_bytes(content)
    with open_lot(path, container, limits) as lot:
        return {member.name: member.content for member in lot.members}


def refusal(path: Path, content: bytes, container: Container = Container.ZIP, limits: Limits = SMALL) -> str:
    # Processor time: another process's load is not the reader's fault.
    start = time.process_time()
    with pytest.raises(Refused) as error:
        read(path, content, container, limits)
    assert time.process_time() - start < 2
    return error.value.observation.id


@pytest.mark.parametrize(("make", "container"), [(make_zip, Container.ZIP), (make_tar_gz, Container.TAR_GZ)])
def test_a_lot_is_read_without_the_system_s_own_files(tmp_path: Path, make: object, container: Container) -> None:
    files = {"a.xml": b"<a/>", "dossier/b.xml": b"<b/>", "__MACOSX/._a.xml": b"x", ".DS_Store": b"x"}
    assert read(tmp_path, make(files), container) == {"a.xml": b"<a/>", "dossier/b.xml": b"<b/>"}  # type: ignore[operator]


@pytest.mark.parametrize("name", ["../evasion.xml", "/etc/evasion.xml", "a/../../b.xml", "C:\\evasion.xml", "..\\evasion.xml"])
def test_a_path_that_leaves_the_lot_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, make_zip({name: b"x"})) == "LOT-CHEMIN"
    assert refusal(tmp_path, make_tar_gz({name: b"x"}), Container.TAR_GZ) == "LOT-CHEMIN"


def test_links_and_special_files_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, make_tar_gz({}, links={"a.xml": "/etc/passwd"}), Container.TAR_GZ) == "LOT-LIEN"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("a.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(tmp_path, target.getvalue()) == "LOT-LIEN"
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        device = tarfile.TarInfo("zero.xml")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)
    assert refusal(tmp_path, target.getvalue(), Container.TAR_GZ) == "LOT-LIEN"


def test_bombs_are_refused_before_they_grow(tmp_path: Path) -> None:
    bomb = bytes(50_000_000)
    assert refusal(tmp_path, make_zip({"a.xml": bomb}), limits=Limits()) == "LOT-RATIO"
    assert refusal(tmp_path, make_tar_gz({"a.xml": bomb}), Container.TAR_GZ, Limits()) == "LOT-RATIO"
    assert refusal(tmp_path, make_zip({f"{n}.xml": bytes(2000) for n in range(3)}), limits=SMALL) == "LOT-RATIO"


def test_a_zip_that_lies_about_its_size_is_stopped_by_the_bytes(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.xml": bytes(3000)}))
    at = content.rindex(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 10)
    assert refusal(tmp_path, bytes(content)) == "LOT-ABIME"


def test_a_zip_whose_members_share_their_bytes_is_refused(tmp_path: Path) -> None:
    base = bytearray(make_zip({"a.xml": bytes(600_000)}))
    end = base.rindex(b"PK\x05\x06")
    start = base.rindex(b"PK\x01\x02")
    entry = bytes(base[start:end])
    entries = b"".join(entry.replace(b"a.xml", b"%c.xml" % (97 + n)) for n in range(20))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 20, 20, len(entries), start, 0)
    assert refusal(tmp_path, bytes(base[:start]) + entries + tail, limits=Limits()) == "LOT-RATIO"


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    content = bytearray(make_zip({"a.xml": b"<a/>"}))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert refusal(tmp_path, bytes(content)) == "LOT-PROTEGE"


@pytest.mark.parametrize("container", [Container.ZIP, Container.TAR_GZ])
def test_an_empty_and_a_broken_lot_are_told_apart(tmp_path: Path, container: Container) -> None:
    make = make_zip if container is Container.ZIP else make_tar_gz
    assert refusal(tmp_path, make({}), container) == "LOT-VIDE"
    whole = make({"a.xml": bytes(range(256)) * 3})
    assert refusal(tmp_path, whole[: len(whole) // 2], container) == "LOT-ABIME"


def test_a_member_over_the_limit_of_a_file_is_not_kept(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5
    assert read(tmp_path, make_zip({"a.xml": content})) == {"a.xml": None}
    assert read(tmp_path, make_tar_gz({"a.xml": content, "b.xml": b"x"}), Container.TAR_GZ) == {"a.xml": None, "b.xml": b"x"}


def test_too_many_members_and_names_used_twice_are_said(tmp_path: Path) -> None:
    path = tmp_path / "lot"
    path.write_bytes(make_zip([(f"{n}.xml", b"x") for n in range(6)]))
    with open_lot(path, Container.ZIP, SMALL) as lot:
        assert [one.id for one in lot.observations] == ["LOT-NOMBRE"]
        assert len(list(lot.members)) == 5
    path.write_bytes(make_zip([("x/a.xml", b"1"), ("y/A.xml", b"2"), ("z/a.XML", b"3")]))
    with open_lot(path, Container.ZIP, SMALL) as lot:
        assert [one.id for one in lot.observations] == ["LOT-DOUBLON"]


def test_a_tar_of_countless_empty_files_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, make_tar_gz({f"{n}": b"" for n in range(3000)}), Container.TAR_GZ) == "LOT-RATIO"


def test_what_the_caller_does_wrong_is_not_called_a_broken_lot(tmp_path: Path) -> None:
    path = tmp_path / "lot"
    path.write_bytes(make_zip({"a.xml": b"x"}))
    with pytest.raises(ValueError, match="mine"):
        _fail_on_purpose(path)


def _fail_on_purpose(path: Path) -> None:
    with open_lot(path, Container.ZIP, SMALL) as lot:
        for _ in lot.members:
            raise ValueError("mine")
