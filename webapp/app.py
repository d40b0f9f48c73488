"""The app: one list of features."""

from __future__ import annotations

from flask import Flask

from webapp.base import (
    access,
    agenda,
    db,
    files,
    intake,
    kept,
    language,
    live,
    logs,
    notices,
    reading,
    refused,
    sealing,
    security,
    tasks,
    web,
)
from webapp.base.config import Settings
from webapp.base.exports import (
    actions as exports_actions,
    later as exports_later,
    rules as exports,
    sheet as exported,
    views as export_pages,
)
from webapp.cases import (
    agenda as case_agenda,
    api as cases_api,
    by_the_clock,
    commands as case_commands,
    dispatch_views as dispatch_pages,
    handover as case_handover,
    offers,
    relocation as case_relocation,
    report_views as report_pages,
    rules as cases,
    timing as case_timing,
    views as case_pages,
)
from webapp.cases.appeals import rules as appeals, sheet as appeal_sheet, views as appeal_pages
from webapp.cases.around import views as around_pages
from webapp.cases.desk import (
    past as queue_past,
    phrase_views as phrase_pages,
    queue_views as queue_pages,
    rules as desk,
    sheet as queue_sheet,
    shift_views as shift_pages,
)
from webapp.cases.field import (
    patrol_views as patrol_pages,
    relocation as field_relocation,
    rules as field,
    views as field_pages,
    visit_views as visit_pages,
)
from webapp.cases.figures import rules as figures, views as figure_pages
from webapp.cases.honesty import (
    rules as honesty,
    views as honesty_pages,
)
from webapp.cases.paper import views as paper_pages
from webapp.cases.residents import (
    anonymising,
    erasure_views as erasure_pages,
    follow_views as follow_pages,
    following,
    public_views as public_pages,
    reach_views as reach_pages,
    rules as residents,
    views as resident_pages,
)
from webapp.cases.rota import rules as rota, views as rota_pages
from webapp.cases.standards import (
    pages as standard_pages,
    recount,
    rules as standards,
)
from webapp.cases.supervision import (
    rules as supervision,
    sheet as order_sheet,
    views as supervision_pages,
)
from webapp.cases.told import by_the_clock as told_clocks
from webapp.cases.weighing import rules as weighing, views as weighing_pages
from webapp.cases.whistles import rules as whistles, sheet as whistle_sheet, views as whistle_pages
from webapp.community import handover as community_handover
from webapp.community.activities import (
    actions as activities,
    agenda as activity_agenda,
    public_views as public_activities,
    rules as activity_rules,
    sheet as activity_sheet,
    views as activity_pages,
)
from webapp.community.deliberation import (
    actions as topics,
    around_views as topic_parts,
    calendar as topic_calendar,
    commands as deliberation_commands,
    council_rules,
    council_views as council_pages,
    poll_views as poll_pages,
    public_views as public_topics,
    rules as topic_rules,
    sheet as topic_sheet,
    views as topic_pages,
)
from webapp.community.livelihood import (
    actions as livelihood,
    public_views as public_livelihood,
    rules as livelihood_rules,
    sheet as livelihood_sheet,
    views as livelihood_pages,
)
from webapp.community.opinions import (
    actions as opinions,
    rules as opinion_rules,
    sheet as opinion_sheet,
    views as opinion_pages,
)
from webapp.community.opinions.book import views as book_pages
from webapp.community.roles import (
    community_views as community_pages,
    property_views as property_pages,
    rules as neighbour_rules,
    sheet as neighbour_sheet,
    views as neighbour_pages,
)
from webapp.grids import (
    api as grids_api,
    commands as grid_commands,
    relocation,
    rules as grids,
    sets as set_pages,
    sheet as grid_sheet,
    views as grid_pages,
)
from webapp.grids.imports import commands as import_commands, views as import_pages
from webapp.interop import health, metrics, openapi, rules as machines
from webapp.interop.calendars import rules as calendars, views as calendar_addresses
from webapp.interop.feeds import rules as feeds, views as feed_addresses
from webapp.interop.ogc import pages as ogc_pages, rules as ogc
from webapp.interop.open311 import rules as open311, views as open311_addresses
from webapp.interop.wall import rules as walls, views as screen_pages
from webapp.interop.webhooks import (
    commands as webhook_commands,
    delivering as webhook_clocks,
    rules as webhooks,
    views as webhook_pages,
)
from webapp.jobs import (
    agenda as job_agenda,
    by_the_clock as job_clocks,
    commands as job_commands,
    pages as job_pages,
    posting_sheet,
    relocation as job_relocation,
    rules as jobs,
)
from webapp.jobs.claims import rules as job_claims
from webapp.ledgers import (
    actions as ledger_clocks,
    layout_views as ledger_layout_pages,
    rules as ledgers,
    views as ledger_pages,
)
from webapp.ledgers.burden import (
    actions as burden_clocks,
    measuring,
    rules as burden,
    views as burden_pages,
)
from webapp.maps import commands as map_commands, installed, rules as maps, views as map_pages
from webapp.maps.balance import (
    actions as balancing,
    commands as balance_commands,
    rules as balance,
    views as balance_pages,
)
from webapp.maps.briefings import views as briefing_pages
from webapp.maps.bulletin import rules as bulletins, views as bulletin_pages
from webapp.monitoring.alarms import (
    actions as alarms,
    handling as alarm_clocks,
    pages as alarm_pages,
    past as alarm_past,
    rules as alarm_rules,
    sheet as alarm_sheet,
)
from webapp.monitoring.cameras import (
    actions as cameras,
    commands as camera_commands,
    rules as camera_rules,
    sheet as camera_sheet,
    views as camera_pages,
)
from webapp.monitoring.coverage import sheet as redundancy_sheet, views as coverage_pages
from webapp.monitoring.danger import (
    pages as danger_pages,
    rules as danger_rules,
    sheet as zone_sheet,
)
from webapp.monitoring.danger.muster import actions as muster, rules as muster_rules
from webapp.monitoring.danger.roll import rules as roll_rules
from webapp.monitoring.intake import (
    ageing as intake_clocks,
    api as intake_api,
    asking,
    commands as intake_commands,
    lines as intake_lines,
    rules as intake_rules,
    views as intake_pages,
)
from webapp.monitoring.safety import (
    actions as safety,
    by_the_clock as safety_clocks,
    pages as safety_pages,
    rules as safety_rules,
    sheet as safety_sheet,
)
from webapp.monitoring.safety.dangers import (
    actions as dangers,
    by_the_clock as deadline_clocks,
    rules as hidden_dangers,
    sheet as danger_sheet,
)
from webapp.monitoring.safety.inspections import (
    by_the_clock as inspection_clocks,
    rules as inspections,
)
from webapp.monitoring.sensors import (
    actions as sensors,
    months as sensor_months,
    rules as sensor_rules,
    sheet as sensor_sheet,
    views as sensor_pages,
)
from webapp.monitoring.turning import rules as turning_rules, views as turning_pages
from webapp.monitoring.video import (
    by_the_clock as video_clocks,
    clip_views as clip_pages,
    commands as video_commands,
    glances as glance_pages,
    rules as video_rules,
    views as video_pages,
    zone_views as zone_pages,
)
from webapp.monitoring.walls import (
    looks as look_pages,
    rules as wall_rules,
    sheet as look_sheet,
    views as wall_pages,
)
from webapp.monitoring.ways import channels, telling, views as way_pages
from webapp.monitoring.weather import rules as wind_rules, views as wind_pages
from webapp.operation import commands as house_commands, help as help_pages, kept_tables, sweeping
from webapp.people import (
    actors,
    commands as people_commands,
    handover,
    pages as people_pages,
    queries as people_queries,
    relocation as people_relocation,
    rules as people,
    sheet as people_sheet,
    sign_in,
)
from webapp.people.single import views as single
from webapp.points import (
    agenda as point_agenda,
    api as points_api,
    commands as point_commands,
    counter_views as counter_pages,
    keep_views as keep_pages,
    offered,
    rota_views as window_rota_pages,
    rules as points,
    sheet as point_sheet,
    tickets,
    views as point_pages,
)
from webapp.points.gates import (
    ageing,
    commands as gate_commands,
    lines as gate_lines,
    pages as gate_pages,
    rules as gates,
)
from webapp.ports import (
    actions as vessels,
    crew_views as crew_pages,
    crews,
    recall_views as recall_pages,
    rules as ports,
    sheet as vessel_sheet,
    views as port_pages,
    voyage_views as voyage_pages,
)
from webapp.ports.sea import (
    alarming as vessel_clocks,
    commands as sea_commands,
    keeping as positions,
    rules as sea,
    views as sea_pages,
)
from webapp.projects import (
    actions as project_ground,
    calling,
    clearing,
    handover as project_handover,
    pages as project_pages,
    past as project_past,
    sheet as project_sheet,
)
from webapp.projects.bonds import sheet as bond_sheet
from webapp.projects.duties import agenda as project_agenda
from webapp.projects.firms import timing as project_timing
from webapp.projects.ground import sheet as ground_sheet
from webapp.relocation import (
    actions as relocation_households,
    erasing as relocation_erasing,
    handover as relocation_handover,
    pages as relocation_pages,
    past as relocation_past,
    queries as relocation_queries,
    rules as relocation_rules,
    sheet as relocation_sheet,
)
from webapp.relocation.old_doors import actions as old_doors, rules as old_door_rules
from webapp.residents import (
    actions as buildings,
    agenda as visit_agenda,
    building_views as building_pages,
    commands as household_commands,
    detail_views as resident_fields,
    erasing as resident_erasing,
    erasure_views as resident_erasures,
    follow_ups,
    handover as household_handover,
    list_sheet as home_sheet,
    rules as households,
    sheet_views as household_sheets,
    views as household_pages,
    visit_rules as home_visits,
    visit_views as home_visit_pages,
    visits as home_visit_clocks,
)
from webapp.services.applications import (
    agenda as application_agenda,
    apply_views as apply_pages,
    by_the_clock as application_clocks,
    commands as application_commands,
    erasing,
    erasure_views as application_erasures,
    matter_views as matter_pages,
    notice_views as application_notices,
    result as result_pages,
    rules as applications,
    sheet as application_sheet,
    timing as application_timing,
    views as application_pages,
)
from webapp.services.items import (
    commands as service_commands,
    queries as service_items,
    rules as services,
    views as service_pages,
)
from webapp.services.news import rules as news, views as news_pages
from webapp.travel import commands as travel_commands

RULES = (
    notices,
    exports,
    grids,
    people,
    points,
    gates,
    cases,
    standards,
    desk,
    appeals,
    field,
    rota,
    weighing,
    supervision,
    whistles,
    residents,
    figures,
    honesty,
    services,
    applications,
    news,
    jobs,
    job_claims,
    households,
    home_visits,
    *project_pages.RULES,
    camera_rules,
    video_rules,
    turning_rules,
    wall_rules,
    alarm_rules,
    danger_rules,
    wind_rules,
    muster_rules,
    roll_rules,
    intake_rules,
    sensor_rules,
    safety_rules,
    hidden_dangers,
    inspections,
    ports,
    sea,
    livelihood_rules,
    opinion_rules,
    activity_rules,
    neighbour_rules,
    topic_rules,
    council_rules,
    ledgers,
    relocation_rules,
    burden,
    old_door_rules,
    maps,
    bulletins,
    balance,
    machines,
    open311,
    feeds,
    webhooks,
    ogc,
    calendars,
    walls,
)
PAGES = (
    notices,
    refused,
    export_pages,
    *people_pages.ALL,
    map_pages,
    briefing_pages,
    bulletin_pages,
    balance_pages,
    grid_pages,
    import_pages,
    set_pages,
    point_pages,
    counter_pages,
    keep_pages,
    window_rota_pages,
    points_api,
    *gate_pages.ALL,
    case_pages,
    queue_pages,
    phrase_pages,
    shift_pages,
    around_pages,
    paper_pages,
    report_pages,
    whistle_pages,
    appeal_pages,
    supervision_pages,
    *standard_pages.ALL,
    dispatch_pages,
    rota_pages,
    weighing_pages,
    field_pages,
    patrol_pages,
    visit_pages,
    resident_pages,
    public_pages,
    follow_pages,
    erasure_pages,
    reach_pages,
    figure_pages,
    honesty_pages,
    service_pages,
    application_notices,
    apply_pages,
    matter_pages,
    application_erasures,
    application_pages,
    result_pages,
    news_pages,
    *job_pages.ALL,
    building_pages,
    resident_erasures,
    resident_fields,
    household_sheets,
    household_pages,
    home_visit_pages,
    *project_pages.ALL,
    camera_pages,
    coverage_pages,
    intake_pages,
    way_pages,
    sensor_pages,
    *safety_pages.ALL,
    port_pages,
    voyage_pages,
    recall_pages,
    crew_pages,
    sea_pages,
    livelihood_pages,
    public_livelihood,
    opinion_pages,
    book_pages,
    activity_pages,
    public_activities,
    neighbour_pages,
    property_pages,
    community_pages,
    topic_pages,
    burden_pages,
    ledger_pages,
    ledger_layout_pages,
    *relocation_pages.ALL,
    topic_parts,
    poll_pages,
    public_topics,
    council_pages,
    intake_api,
    video_pages,
    clip_pages,
    zone_pages,
    glance_pages,
    turning_pages,
    wall_pages,
    look_pages,
    *alarm_pages.ALL,
    *danger_pages.ALL,
    wind_pages,
    cases_api,
    installed,
    grids_api,
    openapi,
    open311_addresses,
    feed_addresses,
    webhook_pages,
    *ogc_pages.ALL,
    calendar_addresses,
    screen_pages,
    health,
    metrics,
    help_pages,
)
# Their tasks are known once they are imported, and so are the commands below another group.
CLOCKS = (
    tickets,
    ageing,
    by_the_clock,
    told_clocks,
    offers,
    recount,
    following,
    anonymising,
    application_clocks,
    erasing,
    job_clocks,
    home_visit_clocks,
    resident_erasing,
    relocation_erasing,
    video_clocks,
    crews,
    intake_clocks,
    asking,
    channels,
    telling,
    sensor_months,
    positions,
    vessel_clocks,
    alarm_clocks,
    safety_clocks,
    deadline_clocks,
    inspection_clocks,
    ledger_clocks,
    burden_clocks,
    webhook_clocks,
    balancing,
    sweeping,
)
BELOW = (application_commands, balance_commands)
COMMANDS = (
    grid_commands.group,
    travel_commands.group,
    point_commands.group,
    gate_commands.group,
    import_commands.group,
    case_commands.group,
    map_commands.group,
    service_commands.group,
    job_commands.group,
    household_commands.group,
    camera_commands.group,
    video_commands.watch,
    intake_commands.group,
    sea_commands.group,
    deliberation_commands.group,
    webhook_commands.group,
    *people_commands.ALL,
    *house_commands.ALL,
)

# Lists that may be taken out as files.
SHEETS = (
    queue_sheet.QUEUE,
    queue_past.QUEUE,
    appeal_sheet.APPEALS,
    whistle_sheet.WHISTLES,
    order_sheet.ORDERS,
    zone_sheet.ZONES,
    grid_sheet.GRIDS,
    point_sheet.POINTS,
    camera_sheet.CAMERAS,
    redundancy_sheet.REDUNDANCY,
    look_sheet.LOOKS,
    sensor_sheet.SENSORS,
    alarm_sheet.ALARMS,
    alarm_past.ALARMS,
    safety_sheet.SAFETY,
    danger_sheet.DANGERS,
    opinion_sheet.OPINIONS,
    livelihood_sheet.ITEMS,
    topic_sheet.TOPICS,
    activity_sheet.ACTIVITIES,
    neighbour_sheet.ROLES,
    vessel_sheet.VESSELS,
    people_sheet.ENTERPRISES,
    people_sheet.ACCOUNTS,
    home_sheet.BUILDINGS,
    home_sheet.HOUSEHOLDS,
    home_sheet.RESIDENTS,
    project_sheet.PROJECTS,
    bond_sheet.BONDS,
    ground_sheet.PARCELS,
    project_past.PROJECTS,
    relocation_sheet.HOUSEHOLDS,
    relocation_past.HOUSEHOLDS,
    application_sheet.APPLICATIONS,
    posting_sheet.POSTINGS,
)

# What can be had at a kind of point is known to the features that do it.
OFFERED = {points.Template.WORKSTATION: service_items.at_stations}

# What can be done for a need that was found on a visit to a household is known to the features that do it.
FOLLOWED_UP = (report_pages.from_a_visit,)

# What can be done against something that holds a project up.
CALLED = (report_pages.from_a_blocker,)

# What stands in somebody's calendar is known to the features that do it.
AGENDAS = (
    case_agenda.of_somebody,
    visit_agenda.of_somebody,
    application_agenda.of_somebody,
    point_agenda.of_somebody,
    job_agenda.of_somebody,
    project_agenda.of_somebody,
    activity_agenda.of_somebody,
    topic_calendar.of_somebody,
)

# What machines say over MQTT, and hear.
SPOKEN = (gate_lines.LINE, intake_lines.LINE)

# In this order: the brief of a post that ends names the cases that were in its grid.
FOLLOWERS = {
    "people": people_relocation.follow,
    "jobs": job_relocation.follow,
    "buildings": buildings.follow_borders,
    "projects": project_ground.follow_borders,
    "cases": case_relocation.follow,
    "field": field_relocation.follow,
    "cameras": cameras.follow_borders,
    "alarms": alarms.follow_borders,
    "sensors": sensors.follow_borders,
    "muster": muster.follow_borders,
    "safety": safety.follow_borders,
    "dangers": dangers.follow_borders,
    "ports": vessels.follow_borders,
    "livelihood": livelihood.follow_borders,
    "opinions": opinions.follow_borders,
    "activities": activities.follow_borders,
    "topics": topics.follow_borders,
    "relocation": relocation_households.follow_borders,
    "old_doors": old_doors.follow_borders,
}

# What stands in a hand-over beside what people themselves know.
LEFT_BEHIND = {
    "cases": case_handover.open_work,
    "residents": household_handover.due_visits,
    "community": community_handover.open_matters,
    "projects": project_handover.open_projects,
    "relocation": relocation_handover.open_promises,
}


def create_app(settings: Settings | None = None) -> Flask:
    """The whole house, ready to serve. Raises `SettingsError` when a setting cannot be used."""
    settings = settings or Settings.from_environment()
    app = web.House("webapp", template_folder="../templates", static_folder="../static")
    app.extensions["settings"] = settings
    for rules in RULES:
        access.register(rules.MAY)
    logs.init_app(app)
    security.init_app(app, settings)
    db.init_app(app, settings)
    reading.init_app(app, settings)
    sealing.init_app(app, settings)
    sign_in.init_app(app, settings)
    single.init_app(app, settings)
    language.init_app(app, settings)
    files.init_app(app, settings)
    tasks.init_app(app)
    web.init_app(app)
    live.init_app(app, settings)
    metrics.init_app(app, settings.instance)
    for line in SPOKEN:
        intake.register(line)
    kept.register(kept_tables.TABLES)
    exports_actions.init_app(app, settings)
    exports_later.known_by(actors.person)
    for sheet in SHEETS:
        exported.register(sheet)
    intake.opened_to(people_queries.broker_holders)
    for name, follower in FOLLOWERS.items():
        relocation.follow(name, follower)
    for template, items in OFFERED.items():
        offered.register(template, items)
    for way in FOLLOWED_UP:
        follow_ups.register(way)
    for called in CALLED:
        calling.register(called)
    for source in AGENDAS:
        agenda.register(source)
    clearing.register(relocation_queries.left)
    for name, sections in LEFT_BEHIND.items():
        handover.source(name, sections)
    # Services and projects count working time by the calendar that the office has laid down for its cases.
    application_timing.counted_by(case_timing.office)
    project_timing.counted_by(case_timing.office)
    # How long people work at forms is told by the forms themselves.
    web.heard_by(measuring.note)
    for page in PAGES:
        app.register_blueprint(page.bp)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
