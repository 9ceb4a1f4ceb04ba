#include "protocol/rules/profile.h"

#include <catch2/catch.hpp>

#include "protocol/rules/deadline.h"
#include "tests/rules/sample_days.h"

namespace redress::rules {
namespace {

constexpr std::string_view bank = R"([profile bank]
version = 1
zh = 总行办法
en = head office rules
source = X
calendar = cn
close_of_business = 17:00
[unit outlet]
zh = 网点
en = outlet
[grade general]
zh = 一般
en = general
default = yes
[limit reply]
tag = T5
zh = 答复客户
en = reply
source = X 第七条
clock = total
starts = received
ends = replied
within = 3 working_days
extension = approval notice
longest = 10 working_days
grades = general
units = outlet
[limit start]
clock = hop
starts = delivered
ends = started
moot = handed_over replied
within = 2 hours
[retention]
years = 5
[codes cause]
1 = 态度 | attitude
)";

constexpr std::string_view bank_2 = R"([profile bank]
version = 2
zh = 总行办法（修订）
en = head office rules, revised
from = 2026-03-01
calendar = cn
[limit reply]
clock = total
starts = received
ends = replied
within = 2 working_days
)";

Profiles with(const std::vector<std::string_view>& texts) {
  Profiles profiles;
  for (const std::string_view text : texts) {
    const Status added = profiles.add("x.profile", text);
    INFO((added ? "" : added.error().what));
    REQUIRE(added.has_value());
  }
  return profiles;
}

Profile held(const Profiles& profiles, std::string_view id, std::string_view on) {
  const Result<Profile> profile = profiles.in_force(id, day(on));
  REQUIRE(profile.has_value());
  return *profile;
}

std::string refusal(const std::string& body) {
  Profiles profiles;
  return said(profiles.add("x.profile", body));
}

}  // namespace

TEST_CASE("Profile: every field of every row is read") {
  const Profile profile = held(with({bank}), "bank", "2026-01-01");
  CHECK(profile.mark() == "bank/1");
  CHECK(profile.zh == "总行办法");
  CHECK(profile.en == "head office rules");
  CHECK(profile.calendar == "cn");
  CHECK(profile.close_of_business == 17 * 60);
  CHECK_FALSE(profile.from);
  REQUIRE(profile.limits.size() == 2);
  const LimitRow& reply = *profile.limit("reply");
  CHECK(reply.limit.profile == "bank/1");
  CHECK(reply.limit.tag == "T5");
  CHECK(reply.limit.zh == "答复客户");
  CHECK(reply.limit.source == "X 第七条");
  CHECK(reply.limit.span == Span{3, Unit::working_days});
  CHECK(reply.limit.extension.allowed);
  CHECK(reply.limit.extension.needs_approval);
  CHECK(reply.limit.extension.needs_notice);
  CHECK(reply.limit.extension.longest == Span{10, Unit::working_days});
  CHECK(reply.clock == ClockKind::total);
  CHECK(reply.starts == Moment::received);
  CHECK(reply.ends == Moment::replied);
  CHECK(reply.grades == std::vector<std::string>{"general"});
  CHECK(reply.units == std::vector<std::string>{"outlet"});
  CHECK(profile.limit("start")->moot == std::vector<Moment>{Moment::handed_over, Moment::replied});
  CHECK(profile.limit("start")->limit.span == Span{2, Unit::hours});
  CHECK(profile.limit("none") == nullptr);
  CHECK(profile.grades.at(0).by_default);
  CHECK(profile.retention.years == 5);
  CHECK(profile.codes.at("cause").at(0).en == "attitude");
}

TEST_CASE("Profile: amounts, ranges, units without an amount, and blanks") {
  const auto span = [](std::string_view within) {
    const Profile profile =
        held(with({"[profile p]\nversion = 1\n[limit l]\nwithin = " + std::string{within} + "\n"}), "p", "2026-01-01");
    return profile.limits.at(0).limit.span;
  };
  CHECK(span("7-10 working_days") == Span{10, Unit::working_days, 7});
  CHECK(span("15 calendar_days") == Span{15, Unit::calendar_days});
  CHECK(span("1 months") == Span{1, Unit::months});
  CHECK(span("same_day") == Span{0, Unit::same_day});
  CHECK(span("at_once") == Span{0, Unit::at_once});
  CHECK_FALSE(span("?"));
  CHECK_FALSE(span("? working_days"));
  CHECK_FALSE(span("promise"));
  CHECK_FALSE(span("set"));
  CHECK(to_text(Span{10, Unit::working_days, 7}, Language::zh) == "7–10 个工作日");
  CHECK(to_text(Span{1, Unit::hours}, Language::en) == "1 hour");
}

TEST_CASE("Profile: an old case keeps the version that held on its day") {
  const Profiles profiles = with({bank, bank_2});
  CHECK(held(profiles, "bank", "2026-02-28").mark() == "bank/1");
  CHECK(held(profiles, "bank", "2026-02-28").limit("reply")->limit.span == Span{3, Unit::working_days});
  CHECK(held(profiles, "bank", "2026-03-01").mark() == "bank/2");
  CHECK(held(profiles, "bank", "2026-03-01").limit("reply")->limit.span == Span{2, Unit::working_days});
  CHECK(held(profiles, "bank", "2026-03-01").limit("start") == nullptr);
}

TEST_CASE("Profile: a branch inherits, changes what it names, adds and drops, over two levels") {
  const Profiles profiles =
      with({bank, bank_2,
            "[profile province]\nversion = 7\ninherits = bank\n[limit reply]\n"
            "within = 2 working_days\n[limit visit]\nclock = stage\nwithin = next_day\n",
            "[profile county]\nversion = 3\ninherits = province\nclose_of_business = 16:30\nzone = -03:30\n"
            "[limit start]\ndrop = yes\n[limit reply]\nlongest = ?\n[retention]\nyears = 10\n"});
  const Profile county = held(profiles, "county", "2026-01-01");
  CHECK(county.chain == std::vector<std::string>{"county/3", "province/7", "bank/1"});
  CHECK(county.calendar == "cn");
  CHECK(county.offset_minutes == -3 * 60 - 30);
  CHECK(held(profiles, "province", "2026-01-01").offset_minutes == zone_of_china);
  CHECK(county.close_of_business == 16 * 60 + 30);
  CHECK(county.limit("start") == nullptr);
  CHECK(county.limit("visit")->limit.profile == "province/7");
  const LimitRow& reply = *county.limit("reply");
  CHECK(reply.limit.span == Span{2, Unit::working_days});
  CHECK(reply.limit.tag == "T5");
  CHECK(reply.limit.profile == "county/3");
  CHECK_FALSE(reply.limit.extension.longest);
  CHECK(reply.limit.extension.needs_approval);
  CHECK(county.retention.years == 10);
  const Profile province = held(profiles, "province", "2026-01-01");
  CHECK(province.close_of_business == 17 * 60);
  CHECK(province.limit("start")->limit.profile == "bank/1");
  CHECK(province.retention.years == 5);
  // What is inherited is the version of the same day.
  CHECK(held(profiles, "county", "2026-03-01").chain.back() == "bank/2");
}

TEST_CASE("Profile: what does not hold on a day, is not known, or inherits itself is said") {
  const Profiles profiles = with(
      {"[profile a]\nversion = 1\nfrom = 2026-01-01\nuntil = 2026-02-01\n", "[profile b]\nversion = 1\ninherits = c\n",
       "[profile c]\nversion = 1\ninherits = b\n", "[profile d]\nversion = 1\ninherits = e\n"});
  CHECK(said(profiles.in_force("a", day("2025-12-31"))) == "profile: profile a: no version holds on 2025-12-31");
  CHECK(profiles.in_force("a", day("2026-01-01")).has_value());
  CHECK(profiles.in_force("a", day("2026-01-31")).has_value());
  CHECK(said(profiles.in_force("a", day("2026-02-01"))) == "profile: profile a: no version holds on 2026-02-01");
  CHECK(said(profiles.in_force("b", day("2026-02-01"))) ==
        "inherits: profile b inherits through more than 8 levels, or itself");
  CHECK(said(profiles.in_force("d", day("2026-02-01"))) == "inherits: profile e: not known here");
  CHECK(said(profiles.in_force("f", day("2026-02-01"))) == "profile: profile f: not known here");
  CHECK(profiles.ids() == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("Profile: a wrong line is refused with its number and field") {
  const auto [body, what] = GENERATE(table<const char*, const char*>({
      {"[limit x]\n", "profile: read rules: file=x.profile line=1: begins with [profile id]"},
      {"[profile p]\nzh = x\n", "version: read rules: file=x.profile line=1: a profile has a version from 1"},
      {"[profile p]\nversion = 0\n",
       "version: read rules: file=x.profile line=2: expected a whole number from 1 to 9999, or ?"},
      {"[profile p]\nversion = 1\ncolour = red\n",
       "colour: read rules: file=x.profile line=3: a profile has no such field"},
      {"[profile p]\nversion = 1\nfrom = 2026-02-30\n",
       "from: read rules: file=x.profile line=3: expected a day (2026-01-01), or ?"},
      {"[profile p]\nversion = 1\nfrom = 2026-02-03\nuntil = 2026-02-03\n",
       "until: read rules: file=x.profile line=1: ends before it begins"},
      {"[profile p]\nversion = 1\nclose_of_business = 24:00\n",
       "close_of_business: read rules: file=x.profile line=3: expected an hour (17:30), or ?"},
      {"[profile p]\nversion = 1\nzone = 8\n", "zone: read rules: file=x.profile line=3: expected a zone (+08:00)"},
      {"[profile p]\nversion = 1\n[limit x]\nmoot = replied gone\n",
       "moot: read rules: file=x.profile line=4: expected some of: received, registered, accepted, delivered, "
       "handed_over, started, disposed, replied, finished, called_back, promised, reviewed, review_asked, unreached, "
       "offer_refused, instructions_asked, instructions_given, outstanding_noted, outstanding_settled, "
       "assistance_asked, assisted, order_given, order_answered, correction_ordered, correction_verified, "
       "facts_added, material_supplied, reply_rejected"},
      {"[profile p]\nversion = 1\n[limit]\n", "limit: read rules: file=x.profile line=3: a row has an id: [kind id]"},
      {"[profile p]\nversion = 1\n[fine x]\n",
       "fine: read rules: file=x.profile line=3: expected limit, grade, unit, route, threshold, reminder, overdue, "
       "field, role, call_back, retention or codes"},
      {"[profile p]\nversion = 1\n[limit x]\nwithin = 3\n",
       "within: read rules: file=x.profile line=4: expected an amount and a unit (3 working_days), same_day, next_day, "
       "at_once, or ?"},
      {"[profile p]\nversion = 1\n[limit x]\nwithin = 3 same_day\n",
       "within: read rules: file=x.profile line=4: expected an amount and a unit (3 working_days), same_day, next_day, "
       "at_once, or ?"},
      {"[profile p]\nversion = 1\n[limit x]\nwithin = 10-7 working_days\n",
       "within: read rules: file=x.profile line=4: expected an amount and a unit (3 working_days), same_day, next_day, "
       "at_once, or ?"},
      {"[profile p]\nversion = 1\n[limit x]\nclock = sum\n",
       "clock: read rules: file=x.profile line=4: expected one of: total, hop, stage, promise, call_back, routine"},
      {"[profile p]\nversion = 1\n[limit x]\nextension = some\n",
       "extension: read rules: file=x.profile line=4: expected none, allowed, approval, notice"},
      {"[profile p]\nversion = 1\n[limit x]\non_rest_day = moves\n",
       "on_rest_day: read rules: file=x.profile line=4: expected one of: stays, forward, back"},
      {"[profile p]\nversion = 1\n[codes c]\n1 = x\n",
       "1: read rules: file=x.profile line=4: expected both names: 柜面 | counter"},
      {"[profile p]\nversion = 1\n[threshold t]\nfen = 1.5\n",
       "fen: read rules: file=x.profile line=4: expected a whole number from 1 to 1000000000000000, or ?"},
  }));
  CHECK(refusal(body) == what);
}

TEST_CASE("Profile: a version, and the day it begins, stand once") {
  Profiles profiles = with({bank});
  CHECK(said(profiles.add("y.profile", bank)) ==
        "version: read rules: file=y.profile line=1: this version was read before");
  CHECK(said(profiles.add("y.profile", "[profile bank]\nversion = 2\n")) ==
        "from: read rules: file=y.profile line=1: another version begins on this day");
}

}  // namespace redress::rules
