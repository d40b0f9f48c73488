"""Of which tables the past is kept, and how: whatever stands not here is not told of the past."""

from __future__ import annotations

from webapp.base.kept import Dated, Grown, Kept, Rebuilt, Standing, Way

_PLACED = ("geom",)

# Where a vessel was, by the last of what was heard of it until then: each position is kept for itself.
_HEARD = """
    SELECT v.id AS vessel_id, f.at, f.source, f.geom, f.sog, f.cog, f.received_at, w.watches,
           w.mooring, NULL::public.geometry AS moored, NULL::timestamptz AS adrift_since
    FROM public.vessel v CROSS JOIN LATERAL (
        SELECT * FROM public.vessel_fix x WHERE x.vessel_id = v.id AND x.at <= {moment}
        ORDER BY x.at DESC LIMIT 1
    ) f LEFT JOIN public.vessel_where w ON w.vessel_id = v.id
"""

TABLES: dict[str, Way] = {
    "account": Standing("who asks is who it is now, and so are names", of_now=True),
    "post": Standing("each says from when to when it is held"),
    "job_member": Standing("each says from when to when it holds"),
    "project_member": Standing("each says from when to when it holds"),
    "project_share": Standing("it says who may see a project, and rights are those of now"),
    "unit": Standing("a catalogue"),
    "case_class": Standing("a catalogue"),
    "service_item_version": Standing("each version says from when to when it holds"),
    "sea_limits": Standing("a rule by which positions are weighed"),
    "road_network": Standing("each says when it came"),
    "road_edge": Standing("each is of one network, and none is changed"),
    "grid_version": Standing(
        "each says of which boundary set it is, and from when to when it holds"
    ),
    "unit_code": Standing("a catalogue"),
    "stored_file": Standing("a file, never changed"),
    "event": Grown("at"),
    "case_media": Grown("created_at"),
    "form_time": Grown("day"),
    "form_month": Rebuilt(
        "SELECT * FROM public.form_month WHERE month + interval '1 month' <= {moment}"
    ),
    "alarm": Dated(
        "received_at",
        {
            "looked_at": ("looked_by_id",),
            "seen_at": ("seen_by_id",),
            "closed_at": ("closed_by_id", "outcome", "note"),
        },
        flow="alarm",
    ),
    "incident": Dated("opened_at", {"ended_at": (), "on_way_at": (), "arrived_at": ()}),
    "assignment": Dated("sent_at", {"taken_at": (), "ended_at": ()}),
    "participation": Dated("signed_at", {"came_at": ("hours",)}),
    "honesty_flag": Dated(
        "raised_at", {"decided_at": ("decided_by_id", "note")}, flow="honesty_flag"
    ),
    "port_passage": Grown("at"),
    "vessel_where": Rebuilt(_HEARD),
    "activity": Kept(shapes=_PLACED),
    "appeal": Kept(
        now=(
            "caller_name",
            "caller_phone",
            "where_words",
            "words",
            "forwarding",
            "leader_words",
            "signer",
            "card",
            "reply",
            "caller_said",
        )
    ),
    "boundary_set": Kept(now=("report",)),
    "building": Kept(shapes=("outline", "geom")),
    "camera": Kept(
        now=("stream", "snapshot", "webrtc"),
        untold=("seen_at", "beats"),
        shapes=("sector", "visible", "geom"),
    ),
    "case_file": Kept(
        only=(
            "state",
            "grade",
            "handler_id",
            "verifier_id",
            "checker_id",
            "department_id",
            "closed_at",
        ),
        fixed=("number", "received_at"),
    ),
    "danger_shape": Kept(shapes=("area",)),
    "danger_zone": Kept(),
    "dwelling": Kept(),
    "enterprise": Kept(now=("contact_post", "contact_phone"), shapes=_PLACED),
    "grid": Kept(),
    "hazard_point": Kept(shapes=_PLACED),
    "hidden_danger": Kept(
        now=("words", "responsible", "measures", "rectified_note"), shapes=_PLACED
    ),
    "household": Kept(only=("dwelling_id", "since", "left_at"), forgotten=True),
    "job_employer": Kept(now=("contact_post", "contact_phone")),
    "job_posting": Kept(now=("contact_post", "contact_phone", "note"), shapes=_PLACED),
    "livelihood_item": Kept(now=("words",), shapes=_PLACED),
    "muster_point": Kept(shapes=_PLACED),
    "neighbour_role": Kept(
        only=("since", "until"), fixed=("kind", "grid_id", "building_id"), forgotten=True
    ),
    "opinion": Kept(
        only=("state", "theme", "routed_to", "replied_at", "rating", "grid_id"),
        fixed=("kind", "how", "said_at"),
        forgotten=True,
    ),
    "place": Kept(shapes=_PLACED),
    "port": Kept(shapes=_PLACED),
    "project": Kept(now=("words",)),
    "project_bond": Kept(),
    "project_parcel": Kept(shapes=_PLACED),
    "recall": Kept(now=("note",)),
    "recall_call": Kept(),
    "resident": Kept(only=("household_id", "left_at"), forgotten=True),
    "safety_licence": Kept(),
    "safety_profile": Kept(now=("officer", "note")),
    "sensor": Kept(untold=("heard_at",), shapes=_PLACED),
    "service_application": Kept(
        only=("state", "station_id", "department_id", "accepted_at", "due_at", "ended_at"),
        fixed=("number", "version_id", "channel", "grid_id", "submitted_at"),
        forgotten=True,
    ),
    "service_point": Kept(untold=("heard_at",), shapes=_PLACED),
    "supervision": Kept(now=("words", "answer")),
    "topic": Kept(now=("words", "screened_why", "ended_why", "minutes"), shapes=_PLACED),
    "vessel": Kept(now=("owner", "phone")),
    "voyage": Kept(now=("crew",)),
    "whistle": Kept(now=("words", "plan", "result", "rating_words")),
}
