"""How the sandbox Moodle writes courses, modules, participants and accounts: key by key as recorded."""

from typing import Any

from app.sandbox.moodle_state import ROLE_IDS, STUDENT, Course, Module, Place, Site, User

RELEASE, VERSION = "4.5.6 (Build: 20250811)", "2024100706"
_CACHE = 1_795_421_008
_FILTERS = ("displayh5p", "activitynames", "mathjaxloader", "emoticon", "urltolink", "mediaplugin")
_PLURALS = {
    "assign": ("Assignments", "assessment"),
    "quiz": ("Quizzes", "assessment"),
    "page": ("Pages", "content"),
    "url": ("URLs", "content"),
    "label": ("Text and media areas", "content"),
    "forum": ("Forums", "collaboration"),
}
_FEATURES = ("usecomments", "usetags", "enablenotes", "messaging", "enableblogs", "enablecompletion", "enablebadges")


def site_info(site: Site, url: str, functions: list[str], secret: str) -> dict[str, Any]:
    """What a site says of itself; `secret` is the key that nobody should keep."""
    service = site.users[3]
    return {
        "sitename": site.name,
        "username": service.username,
        "firstname": service.first,
        "lastname": service.last,
        "fullname": service.fullname,
        "lang": "en",
        "userid": service.id,
        "siteurl": url,
        "userpictureurl": f"{url}/theme/image.php/boost/core/{_CACHE}/u/f1",
        "functions": [{"name": name, "version": VERSION} for name in functions],
        "downloadfiles": 0,
        "uploadfiles": 0,
        "release": RELEASE,
        "version": VERSION,
        "mobilecssurl": "",
        "advancedfeatures": [{"name": name, "value": 1} for name in _FEATURES],
        "usercanmanageownfiles": True,
        "userquota": 104_857_600,
        "usermaxuploadfilesize": 52_428_800,
        "userhomepage": 1,
        "userprivateaccesskey": secret,
        "siteid": 1,
        "sitecalendartype": "gregorian",
        "usercalendartype": "gregorian",
        "userissiteadmin": False,
        "theme": "boost",
        "limitconcurrentlogins": 0,
        "policyagreed": 0,
    }


def front_page(site: Site) -> Course:
    """The site's own page, which Moodle lists as a course."""
    return Course(1, "Northfleet", site.name, "", 0, 0, 0, 0)


def course_public(site: Site, course: Course, url: str) -> dict[str, Any]:
    """What is told of a course to somebody who may not enter it."""
    teachers = [user for user, place in course.places.items() if place.role != STUDENT]
    is_site = course.id == 1
    return {
        "id": course.id,
        "fullname": course.full,
        "displayname": course.full,
        "shortname": course.short,
        "courseimage": f"{url}/pluginfile.php/{course.id}/course/generated/course.svg",
        "categoryid": course.category,
        "categoryname": site.categories.get(course.category, ""),
        "sortorder": 1 if is_site else 20_000 + course.id,
        "summary": "" if is_site else "<p>Invented course.</p>",
        "summaryformat": 0 if is_site else 1,
        "summaryfiles": [],
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": None if is_site else True,
        "contacts": [{"id": user, "fullname": site.users[user].fullname} for user in teachers],
        "enrollmentmethods": ["manual"] if course.manual_enrolment and not is_site else [],
    }


def course_by_field(site: Site, course: Course, url: str) -> dict[str, Any]:
    """What is told to somebody who may enter."""
    is_site = course.id == 1
    told = course_public(site, course, url)
    told |= {
        "format": "site" if is_site else "topics",
        "showgrades": 1,
        "newsitems": 3 if is_site else 0,
        "startdate": course.start,
        "enddate": course.end,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": int(course.separate_groups),
        "groupmodeforce": int(course.separate_groups),
        "defaultgroupingid": 0,
        "enablecompletion": 0 if is_site else 1,
        "completionnotify": 0,
        "lang": "",
        "theme": "",
        "marker": 0,
        "filters": [{"filter": name, "localstate": 0, "inheritedstate": 1} for name in _FILTERS],
    }
    if site.may("moodle/course:update"):
        told |= {
            "idnumber": course.idnumber,
            "legacyfiles": 0,
            "calendartype": "",
            "timecreated": course.start or _CACHE,
            "timemodified": course.start or _CACHE,
            "requested": 0,
            "cacherev": _CACHE,
        }
    if not is_site:
        options = (("hiddensections", 1), ("coursedisplay", 0), ("indentation", "1"))
        told["courseformatoptions"] = [{"name": name, "value": value} for name, value in options]
    return told


def course_listed(site: Site, course: Course) -> dict[str, Any]:
    """The form of `core_course_get_courses`."""
    is_site = course.id == 1
    told: dict[str, Any] = {
        "id": course.id,
        "shortname": course.short,
        "categoryid": course.category,
        "categorysortorder": 1 if is_site else 20_000 + course.id,
        "fullname": course.full,
        "displayname": course.full,
        "summary": "" if is_site else "<p>Invented course.</p>",
        "summaryformat": 0 if is_site else 1,
        "format": "site" if is_site else "topics",
        "startdate": course.start,
        "enddate": course.end,
        "showactivitydates": False,
        "showcompletionconditions": None if is_site else True,
    }
    if site.may("moodle/course:update"):
        told |= {
            "idnumber": course.idnumber,
            "showgrades": 1,
            "newsitems": 3 if is_site else 0,
            "numsections": 1 if is_site else 4,
            "maxbytes": 0,
            "showreports": 0,
            "visible": int(course.visible),
            "groupmode": int(course.separate_groups),
            "groupmodeforce": int(course.separate_groups),
            "defaultgroupingid": 0,
            "timecreated": course.start or _CACHE,
            "timemodified": course.start or _CACHE,
            "enablecompletion": 0 if is_site else 1,
            "completionnotify": 0,
            "lang": "",
            "forcetheme": "",
            "courseformatoptions": [{"name": "numsections" if is_site else "coursedisplay", "value": int(is_site)}],
        }
        if not is_site:
            told["hiddensections"] = 1
    return told


def section(course: Course, number: int, modules: list[dict[str, Any]]) -> dict[str, Any]:
    hidden = number in course.hidden_sections
    return {
        "id": course.id * 100 + number,
        "name": "General" if number == 0 else f"Section {number}",
        "visible": int(not hidden),
        "summary": "",
        "summaryformat": 1,
        "section": number,
        "hiddenbynumsections": 0,
        "uservisible": True,
        "component": None,
        "itemid": None,
        "modules": modules,
    }


def module_told(course: Course, module: Module, url: str) -> dict[str, Any]:
    plural, purpose = _PLURALS[module.kind]
    told: dict[str, Any] = {
        "id": module.cmid,
        "name": module.name,
        "instance": module.instance,
        "contextid": module.cmid + 270,
        "visible": int(course.effectively_visible(module)),
        "uservisible": True,
        "visibleoncoursepage": 1,
        "modicon": f"{url}/theme/image.php/boost/{module.kind}/{_CACHE}/monologo?filtericon=1",
        "modname": module.kind,
        "purpose": purpose,
        "branded": False,
        "modplural": plural,
        "availability": module.availability,
        "indent": 0,
        "onclick": "",
        "afterlink": None,
        "customdata": '""',
        "noviewlink": module.kind == "label",
        "completion": 2 if module.tracked else 0,
        "downloadcontent": 1,
        "dates": [],
        "groupmode": 0,
    }
    if module.kind == "label":
        told["description"] = f'<div class="no-overflow">{module.name}</div>'
    else:
        told["url"] = f"{url}/mod/{module.kind}/view.php?id={module.cmid}"
    if module.tracked:
        told["completiondata"] = _completion()
    if module.kind == "forum":
        told["activitybadge"] = []
    if module.kind in ("page", "url"):
        info = {"filescount": 1, "filessize": 0, "lastmodified": _CACHE, "mimetypes": [], "repositorytype": ""}
        told |= {"contents": [], "contentsinfo": info}
    return told


def _completion() -> dict[str, Any]:
    """How far the service account is: nowhere, for it does not learn."""
    rule = {"rulename": "completionusegrade", "rulevalue": {"status": 0, "description": "Receive a grade"}}
    return {
        "state": 0,
        "timecompleted": 0,
        "overrideby": None,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": True,
        "istrackeduser": False,
        "uservisible": True,
        "details": [rule],
        "isoverallcomplete": False,
    }


def participant(
    site: Site, user: User, place: Place, fields: list[str], url: str, courses: list[Course]
) -> dict[str, Any]:
    """One row of the participants; with no `fields` all of them, the other courses too."""
    told: dict[str, Any] = {"id": user.id, "fullname": user.fullname}
    wanted = set(fields)
    everything = not wanted
    if (everything or "email" in wanted) and site.may("moodle/site:viewuseridentity"):
        told["email"] = user.email
    if site.may("moodle/user:viewalldetails"):
        if everything or "username" in wanted:
            told["username"] = user.username
        if (everything or "idnumber" in wanted) and user.idnumber:
            told["idnumber"] = user.idnumber
    if everything or "roles" in wanted:
        role = {"roleid": ROLE_IDS[place.role], "name": "", "shortname": place.role, "sortorder": 0}
        told["roles"] = [role]
    if everything:
        told |= {"firstname": user.first, "lastname": user.last, "department": "", "country": "GB"}
        told |= {"firstaccess": 0, "lastaccess": 0, "lastcourseaccess": 0, **_pictures(url)}
        told["enrolledcourses"] = [{"id": one.id, "fullname": one.full, "shortname": one.short} for one in courses]
    return told


def account(site: Site, user: User, url: str) -> dict[str, Any]:
    """The form of `core_user_get_users_by_field`."""
    gone = user.deleted_at is not None
    told: dict[str, Any] = {
        "id": user.id,
        "username": f"{user.email}.{user.deleted_at}" if gone else user.username,
        "firstname": user.first,
        "lastname": user.last,
        "fullname": user.fullname,
        "email": f"{user.id:032x}" if gone else user.email,
        "department": "",
        "firstaccess": 0,
        "lastaccess": 0,
        "auth": "manual",
        "suspended": user.suspended,
        "confirmed": True,
        "lang": "en",
        "theme": "",
        "timezone": "99",
        "mailformat": 1,
        "trackforums": 0,
        "country": "GB",
        **_pictures(url),
    }
    if user.idnumber and not gone and site.may("moodle/user:viewalldetails"):
        told["idnumber"] = user.idnumber
    return told


def _pictures(url: str) -> dict[str, str]:
    base = f"{url}/theme/image.php/boost/core/{_CACHE}/u/"
    return {"profileimageurlsmall": base + "f2", "profileimageurl": base + "f1"}
