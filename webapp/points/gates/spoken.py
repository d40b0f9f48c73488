"""What gates are answered, whichever way they spoke."""

from __future__ import annotations

from typing import Any

from webapp.base import clock
from webapp.points.gates import queries
from webapp.points.gates.models import Command, Gate
from webapp.points.gates.passing import Answer
from webapp.points.gates.rules import HEARTBEAT_S


def heard(answer: Answer) -> dict[str, Any]:
    """The answer to one event."""
    event = answer.event
    sent = answer.sent if isinstance(answer.sent, dict) else {}
    boot_id, seq = sent.get("boot_id"), sent.get("seq")
    if event is not None:
        boot_id, seq = event.boot_id, event.seq
    fields = answer.refusal.fields or {"event": answer.refusal.words} if answer.refusal else {}
    return {
        "boot_id": boot_id if isinstance(boot_id, str) else None,
        "seq": seq if isinstance(seq, int) else None,
        "status": answer.heard,
        "decision": event.decision if event else None,
        "reason": event.reason if event else None,
        "wait_s": event.wait_s if event else None,
        "fields": {name: str(words) for name, words in fields.items()},
    }


def commands(gate: Gate) -> list[dict[str, Any]]:
    """The commands that wait for a gate."""
    return [command(each) for each in queries.waiting_for(gate.id, clock.now())]


def command(given: Command) -> dict[str, Any]:
    """A command, as the gate reads it."""
    return {
        "id": given.id,
        "kind": given.kind,
        "value": given.value,
        "expires_at": given.expires_at.isoformat(),
    }


def heartbeat(gate: Gate) -> dict[str, Any]:
    """The answer to a heartbeat."""
    rules = gate.rules
    return {
        "commands": commands(gate),
        "rules": {
            "open": rules.is_open,
            "mode": rules.mode,
            "code_wanted": rules.code_wanted,
            "max_temp_c": rules.max_temp_c,
            "per_hour": rules.per_hour,
            "capacity": rules.capacity,
            "lanes": gate.lanes,
        },
        "heartbeat_s": HEARTBEAT_S,
        "now": clock.now().isoformat(),
    }
