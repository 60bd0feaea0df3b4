"""What the checks say of learners and files."""

from datetime import date

import pytest

from app.files.aims import OwnFields, campus_of, is_place, main_aim, settle
from app.files.checks import FileChecks, check_file
from app.files.ilr import read_ilr
from app.files.rows import AimRecord, FileFacts, FileKind, LearnerRecord, Level, Place
from app.tasks import TaskContext
from tests.files.builders import Aim, Learner, ilr
from tests.files.reading import TODAY, put


def looked_at(folder, *learners: Learner) -> tuple[FileChecks, list[LearnerRecord]]:
    reading = read_ilr(TaskContext(), put(folder, ilr(*learners)))
    checks = FileChecks(reading.facts, TODAY)
    records = list(reading.learners)
    for one in records:
        checks.look(one)
    return checks, records


def found(*learners: LearnerRecord) -> list[str]:
    return [one.kind for learner in learners for one in learner.problems]


def test_a_good_learner_has_no_problem(tmp_path):
    _, (one,) = looked_at(tmp_path, Learner())
    assert not one.problems


def test_the_same_reference_twice_keeps_the_first(tmp_path):
    checks, (one, two, three) = looked_at(
        tmp_path, Learner(ref="ab1"), Learner(ref="AB1", uln=""), Learner(ref="ab2", uln="")
    )
    assert not one.rejected
    assert two.rejected
    assert found(two)[0] == "duplicate_ref"
    assert not three.rejected
    assert len(checks.duplicates) == 1
    assert "number 1" in checks.duplicates[0].reason


def test_one_uln_on_two_learners_flags_both(tmp_path):
    checks, (one, two, _) = looked_at(
        tmp_path, Learner(ref="1"), Learner(ref="2"), Learner(ref="3", uln="9900271822")
    )
    assert not one.rejected
    assert not two.rejected
    assert found(two) == ["shared_uln"]
    (first,) = checks.end()
    assert (first.kind, first.place) == ("shared_uln", one.place)
    assert list(checks.shared.values()) == [["1", "2"]]
    assert "9900123459" not in repr(checks) + first.reason


def test_temporary_ulns_may_be_many(tmp_path):
    checks, records = looked_at(tmp_path, *(Learner(ref=str(number), uln="9999999999") for number in range(5)))
    assert found(*records) == ["temporary_uln", "temporary_late"] * 5
    assert not checks.end()


@pytest.mark.parametrize(
    ("learner", "kind"),
    [
        (Learner(family=""), "missing_name"),
        (Learner(given="   "), "missing_name"),
        (Learner(born=""), "missing_birth_date"),
        (Learner(postcode="", prior=""), "missing_postcode"),
        (Learner(postcode="NF1 OBN"), "bad_postcode"),
        (Learner(postcode="nowhere"), "bad_postcode"),
        (Learner(family="Bri4n"), "odd_name"),
        (Learner(family="x\u202ey"), "odd_name"),
        (Learner(family="\U0001f600"), "odd_name"),
        (Learner(family="<b>"), "odd_name"),
        (Learner(email="nobody"), "bad_email"),
        (Learner(born="2027-01-01"), "bad_birth_date"),
        (Learner(born="0001-01-01"), "bad_birth_date"),
        (Learner(born="1899-12-31"), "bad_birth_date"),
        (Learner(born="1911-11-22"), "bad_birth_date"),
        (Learner(born="1911-11-24"), "unlikely_birth_date"),
        (Learner(born="2012-11-24"), "unlikely_birth_date"),
        (Learner(born="1925-11-22"), "unlikely_birth_date"),
        (Learner(aims=[]), "no_aims"),
        (Learner(aims=[Aim(), Aim()]), "repeated_seq"),
        (Learner(aims=[Aim(starts="2008-03-01", planned="")]), "unlikely_aim_date"),
        (Learner(aims=[Aim(starts="2015-03-01", planned="")]), "unlikely_aim_date"),
        (Learner(aims=[Aim(planned="2025-09-07")]), "unlikely_aim_date"),
        (Learner(aims=[Aim(planned="2036-09-08")]), "unlikely_aim_date"),
        (Learner(aims=[Aim(ends="2026-11-24")]), "unlikely_aim_date"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_needs_attention_is_loaded_and_told(tmp_path, learner, kind):
    _, (one,) = looked_at(tmp_path, learner)
    assert found(one) == [kind]
    assert not one.rejected
    assert one.problems[0].level is Level.WARN
    assert (one.values.get("birth_date") is None) == (kind in {"bad_birth_date", "missing_birth_date"})


def test_good_names_are_not_odd(tmp_path):
    for name in ("O’Brien", "D'Arc-Łuska", "Zoë", "Müller (née Q.)", "Nguyễn Thị", "王", "x" * 100):
        _, (one,) = looked_at(tmp_path, Learner(family=name))
        assert not one.problems


def test_whose_file_and_how_old():
    def kinds(facts: FileFacts, *args: object) -> list[str]:
        told = check_file(facts, *args)
        assert all(one.level is Level.ASK for one in told)
        return [one.kind for one in told]

    def facts(year: str = "2025/26", prepared: date | None = None, **ukprns: str) -> FileFacts:
        return FileFacts(FileKind.ILR_XML, "x", year, ukprns, prepared)

    assert kinds(facts(provider="1", source="1"), "1") == []
    assert kinds(facts(provider="1", source="2"), "1") == ["ukprn_differs"]
    assert kinds(facts(provider="1", name="2"), "1") == ["ukprn_differs"]
    assert kinds(facts(provider="1"), "2") == ["other_provider"]
    assert kinds(facts(), "") == ["no_provider"]
    assert kinds(facts(provider="1"), "") == []
    assert kinds(facts(provider="1"), "1", "2026/27") == ["older_file"]
    assert kinds(facts(provider="1"), "1", "2024/25", date(2030, 1, 1)) == []
    old, new = date(2025, 10, 1), date(2025, 11, 1)
    assert kinds(facts(provider="1", prepared=old), "1", "2025/26", new) == ["older_file"]
    assert kinds(facts(provider="1", prepared=new), "1", "2025/26", old) == []
    assert kinds(facts(provider="1", prepared=new), "1", "2025/26", new) == []


def test_the_main_course():
    core, programme = AimRecord(aim_type="5", completion="3"), AimRecord(aim_type="1", completion="1")
    old, new = AimRecord(aim_type="4", starts=date(2025, 1, 1)), AimRecord(aim_type="4", starts=date(2025, 9, 1))
    ended = AimRecord(aim_type="4", starts=date(2026, 1, 1), completion="2")
    going = AimRecord(aim_type="4", starts=date(2024, 1, 1), completion="1")
    assert main_aim([old, programme, core]) is core
    assert main_aim([old, programme]) is programme
    assert main_aim([old, new]) is new
    assert main_aim([ended, going]) is going
    assert main_aim([]) is None


def test_the_campus():
    one = LearnerRecord(Place(1, 1), {"provider_code_a": "W"}, [AimRecord(aim_type="4", delivery_postcode="nf17bn")])
    assert campus_of(one, OwnFields(campus="A")) == "W"
    assert campus_of(one, OwnFields(campus="B")) == "NF1 7BN"
    assert campus_of(one) == "NF1 7BN"
    one.values["campus_code"] = "NORTH"
    assert campus_of(one, OwnFields(campus="A")) == "NORTH"
    assert campus_of(LearnerRecord(Place(1, 1))) is None
    assert campus_of(LearnerRecord(Place(1, 1), {}, [AimRecord(aim_type="4", delivery_postcode="ZZ99 9ZZ")])) is None


def test_a_place_is_no_code_of_the_college():
    assert is_place("NF1 7BN")
    assert not any(map(is_place, (None, "", "NORTH01", "NF17BN", "North Site")))


def test_what_the_college_keeps_in_fields_of_its_own():
    def one(**values: str) -> LearnerRecord:
        aims = [AimRecord(code_b="ENG-L3"), AimRecord(code_b="MAT-L2", course_code="told"), AimRecord()]
        return LearnerRecord(Place(1, 1), {"provider_code_a": "TG-4", **values}, aims)

    plain, own = one(), OwnFields(tutor_group="A", course="B")
    settle(plain, OwnFields())
    assert plain == one(), "nothing is guessed"
    settle(plain, own)
    assert plain.values["tutor_group"] == "TG-4"
    assert [aim.course_code for aim in plain.aims] == ["ENG-L3", "told", None]
    told = one(tutor_group="a column of its own")
    settle(told, own)
    assert told.values["tutor_group"] == "a column of its own"
