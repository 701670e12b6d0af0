"""Reads gzipped tars in tarfile's stream mode; prints a line of JSON for each: SHA-256 of all tar bytes, number and hash of the members."""

import hashlib
import json
import sys
import tarfile

read = tarfile._Stream.read


def main(path: str) -> None:
    tar_hash = hashlib.sha256()

    def watched(self, size):
        data = read(self, size)
        tar_hash.update(data)
        return data

    tarfile._Stream.read = watched
    members = hashlib.sha256()
    count = 0
    with tarfile.open(path, "r|gz") as tar:
        for member in tar:
            source = tar.extractfile(member) if member.isfile() else None
            content = hashlib.sha256(source.read() if source else b"").hexdigest()
            row = [member.name, member.type.decode(), oct(member.mode), member.linkname, int(member.mtime), content]
            members.update((json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
            count += 1
        while tar.fileobj.read(65536):
            pass
    print(json.dumps({"tar": tar_hash.hexdigest(), "count": count, "members": members.hexdigest()}))


for argument in sys.argv[1:]:
    main(argument)
