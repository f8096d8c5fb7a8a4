"""The importer rules, one test or more each; the number of the rule stands in the name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from common.database import Base, Database
from service_catalogue import version
from service_catalogue.care_model import Correction
from service_catalogue.feed_model import DuplicateCandidate, ImportIssue, ImportRun, RawRecord
from service_catalogue.feeds.limits import Limits
from service_catalogue.model import LIVE, QUARANTINED, WITHDRAWN, Location, Organization, Service
from tests.service_catalogue.conftest import NOON
from tests.service_catalogue.importing.conftest import DAY, codes, touch_all
from tests.service_catalogue.importing.synthetic import ONE, envelope_v1, envelope_v3, outpost, placecube, v1, v3

ON_BOTH_DATABASES = True

Take = Callable[..., Any]
EVERY_DIALECT = [v3(), v1(), outpost(), placecube()]


def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the catalogue but those that keep the books of runs."""
    with db.reading() as session:
        return {
            table.name: sorted(tuple(map(str, row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name.startswith("catalogue_")
            and not table.name.endswith(("import_run", "import_issue", "raw_record", "_source"))
        }


def test_rule_1_identity_keeps_uuids_and_makes_stable_ones(take_in: Take, one: Take, db: Database) -> None:
    take_in([v3(), outpost(), v3(2, id=ONE.upper().replace("1", "2")), v1(id="{8B1F6A52-0F1A-0D0E-0A3A-000000000001}")])
    assert one(name="Tea and Talk 1").id == ONE
    assert (
        one(name="Walking Group 1").external_id == "8b1f6a52-0f1a-0d0e-0a3a-000000000001"
    )  # the version digit does not matter
    first = one(name="Lunch Club 1")
    phones = [phone.id for phone in first.phones]
    take_in([outpost(contacts=[{"phone": "0116 496 0003"}, {"phone": "0116 496 0009"}])], name="feed.json")
    again = one(name="Lunch Club 1")
    assert (again.id, again.external_id) == (first.id, "1001")
    assert phones[0] in [phone.id for phone in again.phones]  # a child keeps its id wherever it stands


def test_rule_1_a_record_without_an_id_is_known_again(take_in: Take) -> None:
    record = {key: value for key, value in v3().items() if key != "id"}
    assert take_in([record]).new == 1
    report = take_in([record])
    assert (report.new, report.unchanged) == (0, 1)
    assert "no_id" in codes(report)


def test_rule_1_an_id_that_another_source_has_makes_two_services(take_in: Take, db: Database) -> None:
    take_in([v3()], source_name="A")
    report = take_in([v3()], source_name="B")
    assert report.new == 1
    assert "id_of_another_source" in codes(report)
    assert take_in([v3()], source_name="B").unchanged == 1


@pytest.mark.parametrize(
    "records", [EVERY_DIALECT, [v3(n) for n in range(1, 30)], [v3(), v3(name="", description="x")], [None, 3, v3()]]
)
def test_rule_2_a_second_run_changes_nothing(take_in: Take, db: Database, records: list[Any]) -> None:
    take_in(records, now=NOON)
    before = everything(db)
    with db.reading() as session:
        token = version.current(session)
        read = [tuple(row) for row in session.execute(select(RawRecord.id, RawRecord.read_at).order_by(RawRecord.id))]
    report = take_in(records, now=NOON + DAY)
    assert (report.new, report.changed, report.withdrawn) == (0, 0, 0)
    assert everything(db) == before
    with db.reading() as session:
        assert version.current(session) == token  # nobody's search is read anew
        assert [
            tuple(row) for row in session.execute(select(RawRecord.id, RawRecord.read_at).order_by(RawRecord.id))
        ] == read


def test_rule_2_a_change_is_found_and_only_that(take_in: Take, one: Take) -> None:
    take_in([v3(1), v3(2)])
    report = take_in([v3(1), v3(2, name="Coffee and Talk")], now=NOON + DAY)
    assert (report.new, report.changed, report.unchanged) == (0, 1, 1)
    assert one(name="Coffee and Talk").changed_at > one(name="Tea and Talk 1").changed_at


def test_rule_3_raw_records_are_kept_word_for_word(take_in: Take, db: Database) -> None:
    text = '[{"id": "a1", "name": "Odd  Spaces",   "pc_unknown": {"x": 1.50}, "description": "d"}]'
    take_in(text)
    with db.reading() as session:
        raw = session.scalars(select(RawRecord)).one()
    assert raw.payload == text[1:-1]
    assert (raw.kind, raw.external_id, len(raw.sha256)) == ("service", "a1", 64)
    assert "Placecube" in raw.dialect


def test_rule_4_unknown_keys_are_kept_and_unknown_words_become_other(take_in: Take, one: Take) -> None:
    report = take_in([v3(status="hibernating", pc_colour="green", x={"y": [1]})])
    service = one(id=ONE)
    assert service.status == "other"
    assert (service.extra["pc_colour"], service.extra["x"], service.extra["status_as_published"]) == (
        "green",
        {"y": [1]},
        "hibernating",
    )
    assert "unknown_status" in codes(report)


@pytest.mark.parametrize(
    "bad",
    [
        7,
        None,
        [1, 2],
        "text",
        True,
        {},
        [],
        '{"id": 1, oops}',
        '{"name": "\\ud800\\u0000", "id": NaN}',
        '{"id": 1e999, "x": 9' + "9" * 6000 + "}",
    ],
)
def test_rule_4_one_bad_record_never_stops_a_run(take_in: Take, bad: Any) -> None:
    text = bad if isinstance(bad, str) and bad.startswith("{") else json.dumps(bad)
    report = take_in(f"[{json.dumps(v3(1))},{text},{json.dumps(v3(2))}]")
    assert report.error == ""
    assert (report.new + report.quarantined, report.seen) == (3, 3)
    assert report.new >= 2


def test_rule_4_the_database_refusing_one_record_costs_only_that_one(take_in: Take, db: Database) -> None:
    report = take_in(
        [
            v3(1),
            v3(2, name="long " * 1000, url="https://a.example.org/" + "x" * 900),
            v3(3, organization={"id": "y" * 900, "name": "z" * 900}),
        ]
    )
    assert report.new == 3


def test_rule_6_only_two_complete_readings_withdraw(take_in: Take, db: Database, one: Take) -> None:
    records = [v3(n) for n in range(1, 11)]
    take_in(records)
    assert take_in(records[:-1], now=NOON + DAY).withdrawn == 0
    report = take_in(records[:-1], now=NOON + 2 * DAY)
    assert report.withdrawn == 1
    assert one(name="Tea and Talk 10").state == WITHDRAWN
    report = take_in(records, now=NOON + 3 * DAY)
    assert (report.changed, one(name="Tea and Talk 10").state) == (1, LIVE)


def test_rule_6_coming_back_in_between_starts_the_count_anew(take_in: Take) -> None:
    records = [v3(n) for n in range(1, 11)]
    for fewer in (records, records[:-1], records, records[:-1]):
        assert take_in(fewer).withdrawn == 0


def test_rule_6_an_incomplete_reading_deletes_nothing(take_in: Take, db: Database) -> None:
    records = [v3(n) for n in range(1, 11)]
    take_in(records)
    for day in (1, 2, 3):
        report = take_in(envelope_v3(records[:9], total=10), now=NOON + day * DAY)
        assert (report.withdrawn, report.complete) == (0, False)
        assert take_in(json.dumps(records)[:-40], now=NOON + day * DAY).withdrawn == 0  # cut off in the last record


def test_rule_6_missed_once_and_14_days_ago_is_gone(take_in: Take) -> None:
    records = [v3(n) for n in range(1, 11)]
    take_in(records)
    take_in(records[:-1], now=NOON + DAY)
    part = envelope_v3(records[:5], total=10)
    assert take_in(part, now=NOON + 14 * DAY).withdrawn == 0
    assert take_in(part, now=NOON + 15 * DAY).withdrawn == 1


def test_rule_6_a_fifth_missing_stops_and_alerts_until_a_person_allows_it(take_in: Take) -> None:
    records = [v3(n) for n in range(1, 11)]
    take_in(records)
    for day in range(1, 4):
        report = take_in(records[:7], now=NOON + day * DAY)
        assert report.withdrawn == 0
        assert "too_many_missing" in codes(report)
    take_in(records[:7], now=NOON + 4 * DAY, allow_removals=True)
    assert take_in(records[:7], now=NOON + 5 * DAY, allow_removals=True).withdrawn == 3


def test_rule_8_nothings_become_nothing(take_in: Take, one: Take) -> None:
    take_in(
        [
            v3(
                email="via website",
                url="N/A",
                maximum_age=-1,
                minimum_age="",
                languages=[{"id": "only"}],
                fees="  ",
                alert=None,
            )
        ]
    )
    service = one(id=ONE)
    assert (service.email, service.url, service.minimum_age, service.maximum_age, service.languages, service.alert) == (
        "",
        "",
        None,
        None,
        [],
        "",
    )
    take_in([placecube()])
    assert one(name="Art Group 1").email == ""


def test_rule_9_html_becomes_safe_text(take_in: Take, one: Take) -> None:
    nasty = (
        "<p onclick='x()'>Hello&nbsp;&amp; welcome</p><ul><li>Tea</li><li>Cake</li></ul><script>steal()</script><!-- secret -->"
        "<iframe src='javascript:alert(1)'>no</iframe><a href='javascript:alert(1)'>Book</a><img src='data:image/png;base64,AAAA'>"
        "&lt;img src=x onerror=alert(1)&gt;javascript:alert(2)"
    )
    take_in([v3(description=nasty)])
    text = one(id=ONE).description
    assert text == "Hello & welcome\n\n- Tea\n- Cake\n\nBook"


def test_rule_9_long_text_is_cut_and_says_so(take_in: Take, one: Take) -> None:
    report = take_in([v3(description="word " * 40_000)])
    assert len(one(id=ONE).description) <= 8000
    assert "text_cut" in codes(report)


def test_rule_10_nothing_is_invented(take_in: Take, one: Take) -> None:
    take_in(
        [
            {
                "id": "p1",
                "name": "Group",
                "description": "Free. Mondays 10am to noon at LE11 3TU, ring 0116 496 0100. For bereaved people.",
            }
        ]
    )
    service = one(external_id="p1")
    assert (service.cost, service.opening_hours, service.locations, service.areas) == ("unknown", "", [], [])
    assert [(phone.number, phone.verified) for phone in service.phones] == [("0116 496 0100", False)]
    assert [(need.code, need.method, need.confidence < 1) for need in service.needs] == [("bereavement", "words", True)]


def test_unverified_numbers_are_in_no_text_that_a_resident_may_read(take_in: Take, one: Take) -> None:
    said = "Ring 0116 496 0100 or (0116) 496-0100 or +44 116 496 0100"
    take_in(
        [
            v3(
                description=said,
                alert=said,
                eligibility_description=said,
                wait_time=said,
                application_process=said,
                name=f"Tea {said}",
            )
        ]
    )
    service = one(id=ONE)
    texts = (
        service.name,
        service.description,
        service.summary,
        service.alert,
        service.eligibility_text,
        service.waiting_text,
        str(service.extra),
    )
    assert all("0100" not in text for text in texts)


def test_phones_count_as_verified_only_when_vouched_for_and_assured_within_a_year(take_in: Take, one: Take) -> None:
    take_in([v3(1), v3(2, assured_date="2025-01-01")])
    assert not one(name="Tea and Talk 1").phones[0].verified
    take_in([v3(1), v3(2, assured_date="2025-01-01")], vouched_by="A. Officer")
    assert one(name="Tea and Talk 1").phones[0].verified
    assert not one(name="Tea and Talk 2").phones[0].verified
    take_in([v3(1)], vouched_by="")
    assert not one(name="Tea and Talk 1").phones[0].verified


@pytest.mark.parametrize(
    "words",
    [
        {"name": "Women's refuge"},
        {"description": "Safe house for survivors"},
        {"description": "Domestic abuse support and supported accommodation"},
    ],
)
def test_rule_11_a_refuge_leaves_no_address_anywhere(take_in: Take, db: Database, words: dict[str, str]) -> None:
    words = {**words, "description": f"{words.get('description', '')} Come to 1 High Street, LE11 3TU."}
    report = take_in([v3(**words)])
    with db.reading() as session:
        places = session.scalars(select(Location)).all()
        everything_stored = " ".join(
            str(getattr(row, column.key))
            for model in (Service, Location, RawRecord, ImportIssue)
            for row in session.scalars(select(model))
            for column in inspect(model).columns
        )
    assert [(place.masked, place.street, place.postcode, place.latitude, place.longitude) for place in places] == [
        (True, "", "LE11", None, None)
    ]
    for secret in ("High Street", "3TU", "3tu", "52.77"):
        assert secret not in everything_stored
        assert secret not in json.dumps(report.as_dict())


def test_rule_11_a_masked_address_stays_masked(take_in: Take, one: Take) -> None:
    place = {**outpost()["locations"][0], "mask_exact_address": True}
    take_in([outpost(locations=[place])])
    found = one(name="Lunch Club 1").locations[0]
    assert (found.masked, found.street, found.postcode, found.latitude, found.precision) == (
        True,
        "",
        "LE13",
        None,
        "none",
    )


def test_rule_12_copies_in_one_reading_are_merged_by_completeness_in_any_order(
    take_in: Take, one: Take, db: Database
) -> None:
    thin = {"id": ONE, "name": "Tea and Talk 1", "description": "", "fees": "Free"}
    report = take_in([thin, v3(cost_options=[])])
    assert (report.records, report.seen, report.merged, report.new) == (2, 1, 1, 1)
    assert "duplicate_record" in codes(report)
    assert (one(id=ONE).email, one(id=ONE).cost) == ("hello@tea.example.org", "free")
    report = take_in([v3(cost_options=[]), thin])
    assert (report.changed, report.unchanged) == (0, 1)


def test_rule_12_likely_duplicates_are_listed_and_never_merged(take_in: Take, db: Database) -> None:
    take_in([v3(1, name="Tea Club"), v3(2, name="Tea Club"), v3(3, name="Chess")])
    with db.reading() as session:
        pair = session.scalars(select(DuplicateCandidate)).one()
        assert session.scalar(select(func.count()).select_from(Service)) == 3
    assert {"same name", "same organisation", "same postcode"} <= set(pair.reasons)
    take_in([v3(1, name="Tea Club"), v3(2, name="Tea Club", alert="Moved"), v3(3, name="Chess")])
    with db.reading() as session:
        assert len(session.scalars(select(DuplicateCandidate)).all()) == 1


def test_rule_13_a_correction_of_ours_outlives_every_import(take_in: Take, db: Database) -> None:
    take_in([v3()])
    with db.transaction() as session:
        session.add(
            Correction(service_id=ONE, field="phone", value="0116 496 0199", made_by="A. Officer", made_at=NOON)
        )
    take_in([v3(name="Other")])
    take_in([v3()])
    with db.reading() as session:
        assert session.scalars(select(Correction)).one().value == "0116 496 0199"


def test_rule_13_what_a_person_withdrew_stays_withdrawn(take_in: Take, db: Database, one: Take) -> None:
    take_in([v3()])
    with db.transaction() as session:
        session.get_one(Service, ONE).state = WITHDRAWN
    take_in([v3()])
    assert one(id=ONE).state == WITHDRAWN


def test_rule_15_the_report_counts_and_names(take_in: Take, settings: Any) -> None:
    report = take_in([v3(1), v3(2, name=""), v3(3, assured_date=None, url="javascript:alert(1)")])
    path = report.write(settings.var_dir)
    content = json.loads(path.read_text())
    for key in ("seen", "new", "changed", "unchanged", "withdrawn", "quarantined"):
        assert type(content[key]) is int
    assert (content["seen"], content["new"], content["quarantined"]) == (3, 2, 1)
    assert {"id": v3(2)["id"], "severity": "error", "code": "no_name", "path": "name", "excerpt": ""} in content[
        "issues"
    ]
    assert content["coverage"]["url"] == 2
    assert content["freshness"] == {"within 3 months": 2, "not stated": 1}
    assert "error" not in content
    assert "javascript" not in report.in_words()


@pytest.mark.parametrize(
    "record",
    [
        {"name": "  "},
        {"name": "TEST"},
        {"name": "Test service 2"},
        {"name": "Tea", "description": "Lorem ipsum dolor"},
        {"name": "Do not use"},
    ],
)
def test_placeholders_are_kept_back_not_deleted(take_in: Take, one: Take, record: dict[str, str]) -> None:
    report = take_in([v3(**record)])
    assert report.quarantined == 1
    assert one(id=ONE).state == QUARANTINED
    assert take_in([v3()]).changed == 1
    assert one(id=ONE).state == LIVE


@pytest.mark.parametrize(
    "name",
    [
        "Testicular Cancer Support",
        "Testing for hearing loss",
        "Blood Test Clinic",
        "The Service Station Café",
        "TEST VALLEY COMMUNITY GROUP",
    ],
)
def test_names_that_only_look_like_placeholders_are_let_through(take_in: Take, name: str) -> None:
    assert take_in([v3(name=name)]).new == 1


def test_a_service_without_a_provider_is_live_and_marked(take_in: Take, db: Database, one: Take) -> None:
    report = take_in([v3(1, organization=None), v3(2, organization=[]), outpost(organisation={"id": 9, "name": None})])
    assert report.new == 3
    assert {"no_organization", "organization_without_name"} <= codes(report)
    assert one(name="Tea and Talk 1").organization.name == "Provider not known"
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Organization)) == 2


def test_a_run_is_complete_only_at_its_end(take_in: Take, db: Database) -> None:
    take_in([v3()])
    with db.reading() as session:
        run = session.scalars(select(ImportRun)).one()
    assert run.complete and run.ended_at is not None
    assert run.counts["new"] == 1


def test_every_field_of_every_dialect_arrives(take_in: Take, db: Database) -> None:
    take_in(EVERY_DIALECT)
    with db.reading() as session:
        found = {service.name: service for service in session.scalars(select(Service))}
        for service in found.values():
            touch_all(session, service)
        tea, walk, lunch, art = (
            found[name] for name in ("Tea and Talk 1", "Walking Group 1", "Lunch Club 1", "Art Group 1")
        )
        assert (tea.opening_hours, walk.opening_hours, lunch.opening_hours) == (
            "Tu,Th 10:00-12:00",
            "We 09:30-11:00",
            "Fr 12:00-13:30",
        )
        assert (tea.cost, walk.cost, lunch.cost, art.cost) == ("paid", "free", "paid", "unknown")
        assert [need.code for need in tea.needs] == ["loneliness"]
        assert [need.code for need in walk.needs] == ["physical_activity"]
        assert [need.code for need in art.needs] == ["mental_wellbeing"]  # by the parent in "Mental Health > Anxiety"
        assert (tea.minimum_age, tea.maximum_age, walk.minimum_age, lunch.minimum_age) == (18, None, 50, 50)
        assert (walk.referral_route, walk.attending) == ("self", ["venue"])
        assert [area.name for area in tea.areas] == ["Leicestershire"]
        assert (tea.locations[0].postcode, tea.locations[0].accessibility) == (
            "LE11 3TU",
            ["step_free", "hearing_loop"],
        )
        assert (lunch.locations[0].latitude, lunch.locations[0].longitude) == (52.76, -0.88)
        assert [phone.number for phone in walk.phones] == ["0116 496 0002"]
        assert [(language.name, language.code) for language in tea.languages] == [("Polish", "pl")]
        assert (tea.url, tea.email) == ("https://www.tea.example.org", "hello@tea.example.org")
        assert all("private@" not in str(service.extra) + service.email for service in found.values())
        assert all("A. Person" not in phone.description for service in found.values() for phone in service.phones)


@pytest.mark.parametrize("wrapped", [envelope_v3(EVERY_DIALECT), envelope_v1(EVERY_DIALECT), EVERY_DIALECT, "\n".join(map(json.dumps, EVERY_DIALECT)),
                                     "\ufeff" + json.dumps(envelope_v1(EVERY_DIALECT), indent=1), [envelope_v3(EVERY_DIALECT[:2]), envelope_v3(EVERY_DIALECT[2:])]])  # fmt: skip
@pytest.mark.parametrize("name", ["feed.json", "feed.json.gz"])
def test_a_file_may_be_an_envelope_an_array_or_lines_and_packed(take_in: Take, wrapped: Any, name: str) -> None:
    assert take_in(wrapped, name=name).new == 4


def test_a_file_may_be_one_record(take_in: Take) -> None:
    report = take_in(v3())
    assert (report.new, report.complete) == (1, False)


@pytest.mark.parametrize("name", ["feed.json", "feed.json.gz"])
def test_rule_14_a_file_past_the_size_limit_is_refused_and_changes_nothing(
    take_in: Take, db: Database, name: str
) -> None:
    take_in([v3(1)])
    before = everything(db)
    report = take_in(
        b"[" + json.dumps(v3(2)).encode() + b" " * 3_000_000 + b"]", name=name, limits=Limits(body_bytes=2_000_000)
    )
    assert "larger than 2 MB" in report.error
    assert everything(db) == before


def test_rule_14_too_many_records_are_refused(take_in: Take) -> None:
    assert "more than 5 records" in take_in([{"id": n, "name": "x"} for n in range(6)], limits=Limits(records=5)).error


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"a":' * 100_000, '[{"id": 1, "x": ' + "[" * 200_000, '{"contents": ' + "[" * 100_000]
)
def test_rule_14_a_nested_bomb_is_refused_with_a_clear_error(take_in: Take, text: str) -> None:
    assert "nested more than 64 levels deep" in take_in(text).error


def test_rule_14_one_bomb_among_good_records_costs_only_itself(take_in: Take) -> None:
    report = take_in(f"[{json.dumps(v3(1))},{'[' * 5000}{']' * 5000},{json.dumps(v3(2))}]")
    assert (report.new, report.quarantined, report.issues_by_code["too_deep"]) == (2, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "<html></html>",
        "nothing",
        "42",
        "{}",
        '{"error": "x"}',
        '{"version": "3.0", "profile": "x", "openapi_url": "y"}',
    ],
)
def test_what_is_no_feed_is_refused_with_an_error(take_in: Take, text: str) -> None:
    assert take_in(text).error


def test_an_empty_list_is_a_feed_and_withdraws_nothing_at_once(take_in: Take) -> None:
    take_in([v3(n) for n in range(1, 11)])
    for day in (1, 2, 3):
        report = take_in([], now=NOON + day * DAY, source_name="feed")
        assert (report.error, report.seen, report.withdrawn) == ("", 0, 0)
        assert "too_many_missing" in codes(report)


def test_the_same_feed_under_another_file_name_is_the_same_source(take_in: Take) -> None:
    records = [v3(n) for n in range(1, 11)]
    first = take_in(records, name="may.json")
    again = take_in(records, name="june.json")
    assert (again.source, again.new, again.unchanged) == (first.source, 0, 10)


def test_numbers_that_stand_for_ids_of_several_councils_do_not_mix_their_sources(take_in: Take) -> None:
    take_in([outpost(n) for n in range(1, 11)], name="north.json")
    report = take_in([outpost(n) for n in range(1, 11)], name="south.json")
    assert (report.source, report.new) == ("south", 10)
