"""Settings: what is allowed, what is said about what is not, and where passwords may travel."""

import dataclasses

import pytest

from app.config import (
    CollegeSettings,
    DatabaseSettings,
    LmsSettings,
    LrsSettings,
    Settings,
    host_needs_confirmation,
    load,
    options_of,
    save,
)
from app.errors import InputError

LIVE = "https://live.lrs.invalid/LearnerServiceR9.svc"
TEST = "https://test.lrs.invalid/LearnerServiceR9.svc"


def loaded(folder, text: str) -> Settings:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return load(folder)


def test_no_file_means_the_defaults(tmp_path):
    assert load(tmp_path) == Settings()
    assert Settings().lrs.parallel == 4
    assert Settings().lrs.read_timeout == 60
    assert Settings().lrs.user_type == "ORG"
    assert Settings().lms.kind == "moodle"


def test_every_setting_is_declared_with_words_and_an_allowed_default():
    for section in Settings().sections:
        for one in options_of(section):
            assert one.label, one.name
            assert one.help.endswith("."), one.name
            assert one.accepts(one.default), one.name


@pytest.mark.parametrize(
    ("text", "name", "allowed"),
    [
        ("[lrs]\nparallel = 0", "lrs.parallel", "from 1 to 16"),
        ("[lrs]\nparallel = 17", "lrs.parallel", "from 1 to 16"),
        ("[lrs]\nparallel = true", "lrs.parallel", "from 1 to 16"),
        ('[lrs]\nparallel = "4"', "lrs.parallel", "from 1 to 16"),
        ("[lrs]\nread_timeout = 19", "lrs.read_timeout", "from 20 to 300"),
        ("[lrs]\nread_timeout = 301", "lrs.read_timeout", "from 20 to 300"),
        ('[lrs]\nvendor_id = "01"', "lrs.vendor_id", "whole number"),
        ("[lrs]\nvendor_id = 1.0", "lrs.vendor_id", "whole number"),
        ('[lrs]\nuser_type = "org"', "lrs.user_type", '"ORG" or "LNR" or "SER"'),
        ('[lrs]\nget_type = "LONG"', "lrs.get_type", '"FULL" or "BRIEF"'),
        ('[lrs]\nlanguage = "en"', "lrs.language", '"ENG"'),
        ('[lrs]\nservice = "both"', "lrs.service", '"live" or "test"'),
        ('[lrs]\nukprn = "1999000"', "lrs.ukprn", "8 letters or digits"),
        ("[lrs]\nukprn = 19990002", "lrs.ukprn", "8 letters or digits"),
        (f'[lrs]\nusername = "{"n" * 36}"', "lrs.username", "35 characters"),
        ('[lrs]\nusername = "two\\nlines"', "lrs.username", "one line"),
        ('[lrs]\nconfirmed_hosts = "lrs.invalid"', "lrs.confirmed_hosts", "list"),
        ("[lrs]\nconfirmed_hosts = [1]", "lrs.confirmed_hosts", "list"),
        ('[lrs]\nconfirmed_hosts = ["LRS.invalid"]', "lrs.confirmed_hosts", "list"),
        ('[lrs]\nsend_all_given_names = "no"', "lrs.send_all_given_names", "true or false"),
        ('[lrs]\nopens = "8:00"', "lrs.opens", "a time such as 08:00"),
        ('[lrs]\ncloses = "24:00"', "lrs.closes", "a time such as 08:00"),
        ("[lrs]\nopens = 08:00:00", "lrs.opens", "a time such as 08:00"),
        ('[lrs]\ndays = "Monday"', "lrs.days", "Mon-Fri"),
        ('[lrs]\ndays = "Mon,,Tue"', "lrs.days", "Mon-Fri"),
        ('[lrs]\nproxy = "socks5://proxy.invalid:1080"', "lrs.proxy", "http://proxy:8080"),
        ('[lrs]\nproxy = "http://me:secret@proxy.invalid:80"', "lrs.proxy", "without user and password"),
        ('[lrs]\nproxy = "http://proxy.invalid:80/x"', "lrs.proxy", "http://proxy:8080"),
        ('[lms]\nkind = "canvas"', "lms.kind", '"moodle"'),
        ('[lms]\nurl = "https://moodle.invalid/webservice/rest/server.php"', "lms.url", "/webservice/"),
        ('[lms]\nurl = "https://moodle.invalid/webservice"', "lms.url", "/webservice/"),
        ("[lms]\nstudent_role_id = 0", "lms.student_role_id", "whole number"),
        ('[database]\nurl = "mysql://server.invalid/x"', "database.url", "sqlite:///"),
        ('[college]\nukprn = "1234 678"', "college.ukprn", "8 letters or digits"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(tmp_path, text, name, allowed):
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, text)
    assert caught.value.field == name
    assert name.split(".")[1] in caught.value.message
    assert allowed in caught.value.hint


def test_an_unknown_setting_is_named_with_the_nearest_known_one(tmp_path):
    with pytest.raises(InputError, match=r"\[lrs\] usrname.*Did you mean \[lrs\] username"):
        loaded(tmp_path, '[lrs]\nusrname = "x"')
    with pytest.raises(InputError, match=r"\[lsr\].*Did you mean \[lrs\]"):
        loaded(tmp_path, '[lsr]\nusername = "x"')
    with pytest.raises(InputError, match="colour"):
        loaded(tmp_path, "colour = 1")
    with pytest.raises(InputError, match="Write a line"):
        loaded(tmp_path, "lrs = 1")


@pytest.mark.parametrize(
    ("section", "name", "hint"),
    [
        ("lrs", "pasword", "Passwords are not kept in a file"),
        ("lrs", "passwd", "Passwords are not kept in a file"),
        ("lrs", "lrs_pasword", "Passwords are not kept in a file"),
        ("lms", "tokn", "Passwords are not kept in a file"),
        ("lrs", "vendorid", "Did you mean [lrs] vendor_id?"),
        ("lrs", "certificat_file", "Did you mean [lrs] certificate_file?"),
        ("lrs", "ukprm", "Did you mean [lrs] ukprn?"),
        ("lrs", "cafile", "Did you mean [lrs] ca_file?"),
        ("lrs", "colour", "Known are url, service"),
        ("database", "uri", "Known are url, ca_file, copies_days."),
    ],
)
def test_the_hint_is_about_the_name_and_not_its_section(tmp_path, section: str, name: str, hint: str):
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, f'[{section}]\n{name} = "x"')
    assert f"[{section}] {name}." in caught.value.message
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(("opens", "closes"), [("08:00", ""), ("", "18:00"), ("18:00", "08:00"), ("08:00", "08:00")])
def test_hours_are_both_set_and_in_order(tmp_path, opens: str, closes: str):
    with pytest.raises(InputError, match="closes does not fit to") as caught:
        loaded(tmp_path, f'[lrs]\nopens = "{opens}"\ncloses = "{closes}"')
    assert caught.value.field in ("lrs.opens", "lrs.closes")
    assert "Set both or none" in caught.value.hint


def test_hours_and_proxy_are_kept(tmp_path):
    lrs = LrsSettings(opens="08:00", closes="18:30", days="Mon-Fri, Sun", proxy="http://proxy.invalid:3128")
    save(tmp_path, Settings(lrs=lrs))
    assert load(tmp_path).lrs == lrs


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path):
    with pytest.raises(InputError, match="secret set") as caught:
        loaded(tmp_path, '[lrs]\npassword = "Sixteen-Letters!"')
    assert "Sixteen" not in str(caught.value)
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, '[lrs]\nurl = "https://me:Sixteen@lrs.invalid/LearnerServiceR9.svc"')
    assert "Sixteen" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        LIVE,
        "https://LRS.invalid:8443/x/LearnerServiceR9.svc",
        "http://127.0.0.1:8080/LearnerServiceR9.svc",
        "http://localhost/LearnerServiceR9.svc",
        "http://[::1]:99/LearnerServiceR9.svc",
        "",
    ],
)
def test_addresses_that_may_be_asked(address):
    assert LrsSettings(url=address).url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://lrs.invalid/LearnerServiceR9.svc",
        "http://127.0.0.1.lrs.invalid/",
        "http://localhost.lrs.invalid/",
        "http://127.1/",
        "http://2130706433/",
        "ftp://lrs.invalid/",
        "lrs.invalid/LearnerServiceR9.svc",
        "https:///LearnerServiceR9.svc",
        "https://user@lrs.invalid/",
        "https://user:word@lrs.invalid/",
        "https://lrs.invalid/LearnerServiceR9.svc?singleWsdl",
        "https://lrs.invalid/#x",
        "https://lrs.invalid:99999/",
        "https://lrs.invalid:port/",
        "https://[::1/",
        "https://lrs.invalid\\@other.invalid/",
        "https://lrs.in\tvalid/",
        " https://lrs.invalid/",
        "https://lrs.inválid/",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_may_not_be_asked(address):
    with pytest.raises(InputError, match=r"\[lrs\] url"):
        LrsSettings(url=address)
    with pytest.raises(InputError, match=r"\[lms\] url"):
        LmsSettings(url=address)


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("https://ws.lrs.education.gov.uk/LearnerServiceR9.svc", False),
        ("https://EDUCATION.GOV.UK./x", False),
        ("https://localhost:1/x", False),
        ("https://127.0.0.2/x", False),
        ("", False),
        ("https://education.gov.uk.invalid/x", True),
        ("https://noteducation.gov.uk/x", True),
        ("https://lrs.invalid/education.gov.uk", True),
        ("https://10.0.0.1/x", True),
    ],
)
def test_hosts_outside_the_department_need_confirmation(address, needed):
    assert host_needs_confirmation(address) is needed


def test_confirming_a_host_lets_its_address_be_asked(tmp_path):
    lrs = LrsSettings(url=LIVE)
    assert lrs.awaits_confirmation
    lrs = dataclasses.replace(lrs, confirmed_hosts=(lrs.host,))
    assert not lrs.awaits_confirmation
    assert lrs.using("test", TEST).awaits_confirmation
    assert not LrsSettings(url="https://[::1]:9/x").awaits_confirmation
    save(tmp_path, Settings(lrs=LrsSettings(confirmed_hosts=("fd00::1",))))
    assert load(tmp_path).lrs.confirmed_hosts == ("fd00::1",)


class TestLiveAndTest:
    def test_a_file_with_only_the_address_in_use_works(self, tmp_path):
        lrs = loaded(tmp_path, f'[lrs]\nurl = "{LIVE}"').lrs
        assert (lrs.url, lrs.service, lrs.live_url, lrs.test_url) == (LIVE, "live", LIVE, "")

    def test_only_the_address_and_the_test_service(self, tmp_path):
        lrs = loaded(tmp_path, f'[lrs]\nurl = "{TEST}"\nservice = "test"').lrs
        assert (lrs.url, lrs.service, lrs.live_url, lrs.test_url) == (TEST, "test", "", TEST)

    def test_the_kept_address_of_the_service_in_use_stands_in_for_a_missing_one(self, tmp_path):
        lrs = loaded(tmp_path, f'[lrs]\nservice = "test"\nlive_url = "{LIVE}"\ntest_url = "{TEST}"').lrs
        assert lrs.url == TEST

    def test_an_address_changed_by_hand_wins_over_the_kept_one(self, tmp_path):
        lrs = loaded(tmp_path, f'[lrs]\nurl = "https://new.invalid/x"\nlive_url = "{LIVE}"\ntest_url = "{TEST}"').lrs
        assert (lrs.url, lrs.service, lrs.live_url) == ("https://new.invalid/x", "live", "https://new.invalid/x")
        assert lrs.test_url == TEST

    def test_the_address_tells_which_service_it_is(self, tmp_path):
        lrs = loaded(tmp_path, f'[lrs]\nurl = "{TEST}"\nlive_url = "{LIVE}"\ntest_url = "{TEST}"').lrs
        assert (lrs.service, lrs.url, lrs.live_url) == ("test", TEST, LIVE)

    def test_switching_there_and_back_loses_no_address(self, tmp_path):
        lrs = LrsSettings().using("live", LIVE).using("test", TEST)
        assert (lrs.url, lrs.service) == (TEST, "test")
        assert lrs.using("live").url == LIVE
        assert lrs.using("live").using("test") == lrs
        assert lrs.using("test") == lrs
        save(tmp_path, Settings(lrs=lrs))
        assert load(tmp_path).lrs == lrs


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("", ""),
        ("sqlite:////srv/college data/learners.sqlite", ""),
        ("postgresql+psycopg://clerk@db.invalid:5433/learners?sslmode=require", "db.invalid"),
    ],
)
def test_databases_that_may_be_used(address, host):
    assert DatabaseSettings(url=address).host == host


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://clerk:word@db.invalid/learners",
        "postgresql+psycopg://clerk:@db.invalid/learners",
        "postgresql+psycopg://db.invalid/learners?password=word",
        "postgresql+psycopg://db.invalid/learners?sslpassword=word",
        "postgresql+psycopg:///learners",
        "sqlite://",
        "learners.sqlite",
        "postgresql+psycopg://[db.invalid/learners",
        "sqlite:///learners\n.sqlite",
    ],
)
def test_databases_that_may_not_be_used(address):
    with pytest.raises(InputError, match=r"\[database\] url"):
        DatabaseSettings(url=address)


def test_settings_cannot_be_changed_into_something_wrong():
    with pytest.raises(InputError, match="parallel"):
        dataclasses.replace(LrsSettings(), parallel=99)
    with pytest.raises(dataclasses.FrozenInstanceError):
        CollegeSettings().ukprn = "19990002"
