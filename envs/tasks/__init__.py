"""The tasks that ship: the semantics of Gymnasium's v4 MuJoCo environments, one module each."""

from __future__ import annotations
