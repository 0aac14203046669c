# SPDX-License-Identifier: Apache-2.0
"""Looks into checkpoints without either engine: logs, metadata, and the records of deltas."""
import json
import shutil
import struct


def lz4_block(data):
    """One raw LZ4 block."""
    out, at = bytearray(), 0
    while at < len(data):
        token = data[at]
        at += 1
        literals, at = lz4_length(data, at, token >> 4)
        out += data[at:at + literals]
        at += literals
        if at >= len(data):
            break
        distance = data[at] | data[at + 1] << 8
        length, at = lz4_length(data, at + 2, token & 15)
        for _ in range(length + 4):
            out.append(out[-distance])
    return bytes(out)


def lz4_length(data, at, length):
    if length == 15:
        while True:
            length += data[at]
            at += 1
            if data[at - 1] != 255:
                break
    return length, at


def lz4_stream(data):
    """The stream that Spark writes: blocks with a header each, then an empty one."""
    out, at = bytearray(), 0
    while at < len(data):
        assert data[at:at + 8] == b"LZ4Block", f"no block at {at}"
        token, packed, size = struct.unpack_from("<BII", data, at + 8)
        body = data[at + 21:at + 21 + packed]
        at += 21 + packed
        if size == 0:
            break
        block = lz4_block(body) if token & 0xf0 == 0x20 else body
        assert len(block) == size, "size of a block"
        out += block
    assert at == len(data), "bytes behind the end mark"
    return bytes(out)


def delta_records(path):
    """{key: value, or None for a removal} as hexadecimal text."""
    data, at, records = lz4_stream(path.read_bytes()), 0, {}
    while True:
        size, = struct.unpack_from(">i", data, at)
        at += 4
        if size == -1:
            break
        key = data[at:at + size].hex()
        at += size
        size, = struct.unpack_from(">i", data, at)
        at += 4
        records[key] = None if size == -1 else data[at:at + size].hex()
        at += max(size, 0)
    assert at == len(data), "bytes behind the end of a delta"
    return records


def is_ours(path):
    return path.name.startswith(".forebay")


def is_visible(path):
    return path.is_file() and not path.name.startswith(".")


def numbers(folder):
    return sorted(int(path.name) for path in folder.iterdir() if path.name.isdigit())


def tree(checkpoint):
    """Every file, but for checksums and what only Forebay has."""
    return sorted(str(path.relative_to(checkpoint)) for path in checkpoint.rglob("*")
                  if is_visible(path))


def deltas(checkpoint):
    """Records of all deltas by name, as far as they change anything: Spark also writes a row that
    comes and goes in one batch. Only stores whose first delta is still there."""
    found = {}
    for store in sorted(path.parent for path in (checkpoint / "state").rglob("1.delta")):
        rows, version = {}, 1
        while (store / f"{version}.delta").exists():
            path = store / f"{version}.delta"
            records = {key: value for key, value in delta_records(path).items()
                       if value is not None or key in rows}
            rows.update(records)
            rows = {key: value for key, value in rows.items() if value is not None}
            found[str(path.relative_to(checkpoint))] = records
            version += 1
    return found


def log(checkpoint, name):
    """Entries without what depends on time and on who wrote them."""
    entries = {}
    for number in numbers(checkpoint / name):
        version, head, *rest = (checkpoint / name / str(number)).read_text().split("\n")
        members = json.loads(head)
        for extra in ("batchTimestampMs", "forebay"):
            members.pop(extra, None)
        entries[number] = [version, members, *rest]
    return entries


def source_logs(checkpoint):
    """Files taken, by batch; paths by their last parts."""
    logs = {}
    for path in sorted((checkpoint / "sources").rglob("*")):
        if is_visible(path):
            version, *items = path.read_text().split("\n")
            logs[str(path.relative_to(checkpoint))] = [version] + [
                {**json.loads(item), "path": "/".join(json.loads(item)["path"].split("/")[-2:])}
                for item in items]
    return logs


def metadata(checkpoint):
    """Operator metadata and state schemas, as they are."""
    return {str(path.relative_to(checkpoint)): path.read_bytes()
            for path in sorted((checkpoint / "state").rglob("_metadata/*")) if is_visible(path)}


def copy(source, target, root_of_source=None, root_of_target=None):
    """A checkpoint somewhere else; the log of files gets the input's new place. Checksum files stay
    behind, as with a copy by hand."""
    shutil.copytree(source, target, ignore=lambda _, names: [
        name for name in names if name.startswith(".")])
    if root_of_source:
        for path in (target / "sources").rglob("*"):
            if path.is_file():
                path.write_text(path.read_text().replace(root_of_source, root_of_target))


def cut(checkpoint, batch):
    """As it was when `batch` was planned but had not run."""
    last_offsets = (checkpoint / "offsets" / str(batch)).read_text().split("\n")[2:]
    for path in checkpoint.rglob("*"):
        if not is_visible(path):
            continue
        parts = path.relative_to(checkpoint).parts
        stem = path.name.split(".")[0]
        if not stem.isdigit():
            continue
        if parts[0] == "offsets":
            newest = batch
        elif parts[0] == "commits":
            newest = batch - 1
        elif parts[0] == "sources":
            offset = json.loads(last_offsets[int(parts[1])].replace("-", "null"))
            newest = -1 if offset is None else offset["logOffset"]
        elif parts[0] == "state" and len(parts) > 3:
            newest = batch
        else:
            continue
        if int(stem) > newest:
            path.unlink()
    # What Spark makes before the first batch has state is there all the same.
