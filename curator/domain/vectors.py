"""Vectors as records keep them: base64 of little-endian float32."""

import base64
import math
import struct


def unpack(packed: str) -> tuple[float, ...]:
    """Read a vector. Raises ValueError for what is none."""
    raw = base64.b64decode(packed, validate=True)
    if len(raw) % 4:
        raise ValueError(f"{len(raw)} bytes are no float32 vector")
    return struct.unpack(f"<{len(raw) // 4}f", raw)


def pack(vector: tuple[float, ...]) -> str:
    """Write a vector; each number is rounded to float32."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def between(start: str, end: str, share: float) -> str:
    """Return the point on the way from `start` (share 0) to `end` (share 1).

    The way is an arc (Shoemake 1985), which keeps the length that draws from a normal distribution
    have; where there is none, it is straight. Raises ValueError where the lengths differ.
    """
    one, other = unpack(start), unpack(end)
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    lengths = math.hypot(*one) * math.hypot(*other)
    cosine = dot / lengths if lengths else 1.0
    near, far = 1 - share, share
    if 0 < share < 1 and abs(cosine) < 0.9999:
        angle = math.acos(cosine)
        near, far = (math.sin(part * angle) / math.sin(angle) for part in (near, far))
    return pack(tuple(near * a + far * b for a, b in zip(one, other, strict=True)))
