#include "gateway/members.h"

#include <sys/stat.h>

#include <algorithm>

#include "ops/shell/members_log.h"
#include "tests/gateway/directory.h"

namespace redress::gateway {
namespace {

TEST_CASE("Members: what was written is there at the next start") {
  Directory directory;
  directory.enrol(10);
  REQUIRE(directory.members->invite(Directory::invited(11, 10)).has_value());
  directory.enrol(12, 10);
  REQUIRE(directory.members->revoke(SiteId{12}).has_value());
  const auto secret = directory.members->with(SiteId{10});
  REQUIRE(secret.has_value());

  directory.open();
  CHECK(directory.members->all().size() == 3);
  const auto ten = directory.members->find(SiteId{10});
  REQUIRE(ten.has_value());
  CHECK(ten->standing == Standing::enrolled);
  CHECK(ten->parent == head_office);
  CHECK(ten->transport == key_number(10));
  CHECK(ten->signing == key_number(60));
  const auto eleven = directory.members->find(SiteId{11});
  REQUIRE(eleven.has_value());
  CHECK(eleven->standing == Standing::invited);
  CHECK(eleven->parent == SiteId{10});
  CHECK(eleven->name == "site 11");
  CHECK(eleven->zone == "Asia/Shanghai");
  CHECK(eleven->one_time == key_number(111));
  CHECK(eleven->invite_expires == plus_ms(noon, day_ms));
  CHECK(directory.members->find(SiteId{12})->standing == Standing::revoked);
  CHECK(!directory.members->find(SiteId{13}).has_value());
  const auto again = directory.members->with(SiteId{10});
  REQUIRE(again.has_value());
  CHECK(std::ranges::equal(again->view(), secret->view()));
}

TEST_CASE("Members: what a site once signed with stays known, revoked, enrolled again and at the next start") {
  Directory directory;
  directory.enrol(10);
  CHECK(directory.members->signing_keys_of(SiteId{10}) == std::vector{key_number(60)});
  REQUIRE(directory.members->revoke(SiteId{10}).has_value());
  CHECK(directory.members->signing_keys_of(SiteId{10}) == std::vector{key_number(60)});
  REQUIRE(directory.members->invite(Directory::invited(10)).has_value());
  REQUIRE(directory.members->enrol(SiteId{10}, key_number(20), key_number(80), noon).has_value());
  const std::vector both{key_number(60), key_number(80)};
  CHECK(directory.members->signing_keys_of(SiteId{10}) == both);
  CHECK(directory.members->signing_keys_of(SiteId{11}).empty());
  directory.open();
  CHECK(directory.members->signing_keys_of(SiteId{10}) == both);
  // The same out of the file alone, for who has no directory.
  const auto log = shell::read_members_log(directory.options.path, directory.options.network);
  REQUIRE(log.has_value());
  CHECK(log->lines.size() == 5);
  CHECK(shell::signing_keys_in(*log).at(SiteId{10}) == both);
}

TEST_CASE("Members: the file is its owner's, and holds no shared secret in the clear") {
  Directory directory;
  directory.enrol(10);
  struct stat seen {};
  REQUIRE(::stat(directory.options.path.c_str(), &seen) == 0);
  CHECK((seen.st_mode & 0777) == 0600);
  CHECK(directory.text().find(to_hex(directory.members->with(SiteId{10})->view())) == std::string::npos);
}

TEST_CASE("Members: a changed byte anywhere is damaged, naming the line") {
  Directory directory;
  directory.enrol(10);
  directory.enrol(11, 10);
  const std::string whole = directory.text();
  REQUIRE(std::count(whole.begin(), whole.end(), '\n') == 4);
  std::size_t line = 1;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool end = whole[i] == '\n';
    if (!end) {
      std::string changed = whole;
      changed[i] = changed[i] == 'x' ? 'y' : 'x';
      directory.write(changed);
      const auto opened = directory.try_open();
      REQUIRE(!opened.has_value());
      CHECK(opened.error().code == Code::damaged);
      CHECK(opened.error().what.find("line=" + std::to_string(line)) != std::string::npos);
    }
    if (end) ++line;
  }
}

TEST_CASE("Members: a line taken out, put in again or exchanged breaks the chain") {
  Directory directory;
  directory.enrol(10);
  directory.enrol(11, 10);
  std::vector<std::string> lines;
  std::istringstream text{directory.text()};
  for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
  REQUIRE(lines.size() == 4);
  const auto code = [&](const std::string& written) {
    directory.write(written);
    const auto opened = directory.try_open();
    return opened ? std::nullopt : std::optional{opened.error().code};
  };
  CHECK(code(lines[0] + lines[2] + lines[3]) == Code::damaged);
  CHECK(code(lines[1] + lines[2] + lines[3]) == Code::damaged);
  CHECK(code(lines[0] + lines[0] + lines[1]) == Code::damaged);
  CHECK(code(lines[0] + lines[2] + lines[1] + lines[3]) == Code::damaged);
  CHECK(code(lines[0] + lines[1] + lines[2] + lines[3]) == std::nullopt);
}

TEST_CASE("Members: the file of another network does not hold") {
  Directory directory;
  directory.enrol(10);
  directory.options.network.bytes[0] ^= std::byte{1};
  CHECK(directory.try_open().error().code == Code::damaged);
}

TEST_CASE("Members: under another key the shared secrets do not open") {
  Directory directory;
  directory.enrol(10);
  directory.options.kek.bytes()[0] = std::byte{9};
  CHECK(directory.try_open().error().code == Code::wrong_key);
}

TEST_CASE("Members: a last line that a power cut tore is dropped wherever it was torn, and the next one fits") {
  Directory directory;
  directory.enrol(10);
  const std::string whole = directory.text();
  REQUIRE(directory.members->invite(Directory::invited(11, 10)).has_value());
  const std::string more = directory.text();
  for (std::size_t size = whole.size(); size < more.size(); ++size) {
    directory.write(more.substr(0, size));
    directory.open();
    CHECK(directory.members->find(SiteId{10})->standing == Standing::enrolled);
    CHECK(!directory.members->find(SiteId{11}).has_value());
    CHECK(directory.text() == whole);
  }
  REQUIRE(directory.members->invite(Directory::invited(12)).has_value());
  directory.open();
  CHECK(directory.members->find(SiteId{12}).has_value());
}

TEST_CASE("Members: an invitation is good for one pair of keys, asked as often as need be") {
  Directory directory;
  Members& members = *directory.members;
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(2), noon)) == std::nullopt);
  const std::string once = directory.text();
  const auto secret = members.with(SiteId{11});
  REQUIRE(secret.has_value());
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(2), noon)) == std::nullopt);
  CHECK(directory.text() == once);
  CHECK(std::ranges::equal(members.with(SiteId{11})->view(), secret->view()));
  CHECK(code_of(members.enrol(SiteId{11}, key_number(3), key_number(2), noon)) == Code::invite_used);
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(3), noon)) == Code::invite_used);
  CHECK(members.find(SiteId{11})->transport == key_number(1));
  CHECK(directory.text() == once);
}

TEST_CASE("Members: an invitation ends with its time; a lost answer is repeated after it") {
  Directory directory;
  Members& members = *directory.members;
  const WallTime last = plus_ms(noon, day_ms);
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(2), plus_ms(last, 1))) == Code::invite_expired);
  CHECK(!members.with(SiteId{11}).has_value());
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(2), last)) == std::nullopt);
  CHECK(code_of(members.enrol(SiteId{11}, key_number(1), key_number(2), plus_ms(last, 1))) == std::nullopt);
}

TEST_CASE("Members: one transport key is one site's") {
  Directory directory;
  directory.enrol(10);
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  CHECK(code_of(directory.members->enrol(SiteId{11}, key_number(10), key_number(2), noon)) == Code::invite_used);
}

TEST_CASE("Members: a site without an open invitation does not enrol") {
  Directory directory;
  CHECK(code_of(directory.members->enrol(SiteId{11}, key_number(1), key_number(2), noon)) == Code::unknown_site);
  directory.enrol(11);
  REQUIRE(directory.members->revoke(SiteId{11}).has_value());
  CHECK(code_of(directory.members->enrol(SiteId{11}, key_number(11), key_number(61), noon)) == Code::unknown_site);
}

TEST_CASE("Members: what is no invitation is refused, and nothing is written") {
  Directory directory;
  directory.enrol(10);
  directory.enrol(11, 10);
  const std::string before = directory.text();
  const auto code = [&](std::uint32_t site, std::uint32_t parent) {
    return code_of(directory.members->invite(Directory::invited(site, parent)));
  };
  CHECK(code(0, 1) == Code::bad_value);
  CHECK(code(1, 1) == Code::bad_value);
  CHECK(code(12, 12) == Code::bad_value);
  CHECK(code(12, 99) == Code::bad_value);
  CHECK(code(12, 11) == Code::bad_value);  // 11 is no primary branch
  CHECK(code(12, 0) == Code::bad_value);
  CHECK(code(11, 10) == Code::in_use);
  CHECK(directory.text() == before);
  CHECK(code(12, 10) == std::nullopt);
  CHECK(code(12, 1) == std::nullopt);  // an open invitation may be given anew
}

TEST_CASE("Members: a revoked site is nobody, until it is invited again") {
  Directory directory;
  directory.enrol(10);
  CHECK(code_of(directory.members->revoke(SiteId{99})) == Code::not_found);
  REQUIRE(directory.members->revoke(SiteId{10}).has_value());
  for (int start = 0; start < 2; ++start) {
    CHECK(directory.members->find(SiteId{10})->standing == Standing::revoked);
    CHECK(!directory.members->user_id_of(key_number(10), noon).has_value());
    CHECK(!directory.members->user_id_of(key_number(110), noon).has_value());
    CHECK(!directory.members->with(SiteId{10}).has_value());
    directory.open();
  }
  directory.enrol(10);
  CHECK(directory.members->user_id_of(key_number(10), noon) == "site 10 " + to_hex(key_number(10).bytes));
}

TEST_CASE("Members: a key knocks as its site, as invited, or as nobody") {
  Directory directory;
  Members& members = *directory.members;
  const WallTime last = plus_ms(noon, day_ms);
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  CHECK(members.user_id_of(key_number(111), noon) == "invited 11");
  CHECK(members.user_id_of(key_number(111), last) == "invited 11");
  CHECK(!members.user_id_of(key_number(111), plus_ms(last, 1)).has_value());
  CHECK(!members.user_id_of(key_number(1), noon).has_value());
  CHECK(!members.user_id_of(PublicKey{}, noon).has_value());
  REQUIRE(members.enrol(SiteId{11}, key_number(1), key_number(2), noon).has_value());
  CHECK(members.user_id_of(key_number(1), noon) == "site 11 " + to_hex(key_number(1).bytes));
  CHECK(members.user_id_of(key_number(1), plus_ms(last, day_ms)) == "site 11 " + to_hex(key_number(1).bytes));
  // The answer may have been lost: the one-time key asks again, until the site's own key has spoken.
  CHECK(members.user_id_of(key_number(111), noon) == "invited 11");
  members.on_seen(SiteId{11});
  CHECK(!members.user_id_of(key_number(111), noon).has_value());
  CHECK(members.user_id_of(key_number(1), noon) == "site 11 " + to_hex(key_number(1).bytes));
}

TEST_CASE("Members: a new invitation ends the one before") {
  Directory directory;
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  Member second = Directory::invited(11);
  second.one_time = key_number(200);
  REQUIRE(directory.members->invite(second).has_value());
  CHECK(!directory.members->user_id_of(key_number(111), noon).has_value());
  CHECK(directory.members->user_id_of(key_number(200), noon) == "invited 11");
}

}  // namespace
}  // namespace redress::gateway
