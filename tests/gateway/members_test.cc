#include "gateway/members.h"

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "ops/shell/members_log.h"
#include "tests/gateway/directory.h"

namespace redress::gateway {
namespace {

const Invitation by_11 = Directory::invitation(11);

std::string invited_as_11(const PublicKey& key) { return "invited 11 " + to_hex(key.bytes); }

// An invitation of site 11 with another one-time key than Directory's.
Member invited_anew() {
  Member member = Directory::invited(11);
  member.one_time = key_number(200);
  return member;
}

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
  REQUIRE(directory.members->enrol(Directory::invitation(10), key_number(20), key_number(80), noon).has_value());
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

TEST_CASE("Members: with as many sites as there may be, one that is known can be invited again, and no other") {
  Directory directory;
  REQUIRE(directory.members->invite(Directory::invited(2)).has_value());
  REQUIRE(directory.members->revoke(SiteId{2}).has_value());
  // By hand: each line that is appended is synced.
  std::string text = directory.text();
  auto log = shell::read_members_log(directory.options.path, directory.options.network);
  REQUIRE(log.has_value());
  Digest head = log->head;
  const std::string first = log->lines.front();
  const std::string number = R"("site":2,)";
  const std::string key = to_hex(Directory::invited(2).one_time->bytes);
  REQUIRE(first.find(key) < first.find(number));
  REQUIRE(first.find(number) != std::string::npos);
  for (std::size_t site = 3; site < limits::sites_max + 2; ++site) {
    const std::string digits = std::to_string(100'000 + site);
    std::string body = first;
    body.replace(body.find(number), number.size(), "\"site\":" + std::to_string(site) + ",");
    body.replace(body.find(key), digits.size(), digits);
    head = shell::members_line_digest(directory.options.network, head, body);
    text += body + "\t" + to_hex(head.bytes) + "\n";
  }
  directory.write(text);
  directory.open();
  REQUIRE(directory.members->all().size() == limits::sites_max);
  CHECK(code_of(directory.members->invite(Directory::invited(limits::sites_max + 2))) == Code::too_large);
  CHECK(directory.members->invite(Directory::invited(2)).has_value());
  CHECK(directory.members->find(SiteId{2})->standing == Standing::invited);
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
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), noon)) == std::nullopt);
  const std::string once = directory.text();
  const auto secret = members.with(SiteId{11});
  REQUIRE(secret.has_value());
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), noon)) == std::nullopt);
  CHECK(directory.text() == once);
  CHECK(std::ranges::equal(members.with(SiteId{11})->view(), secret->view()));
  CHECK(code_of(members.enrol(by_11, key_number(3), key_number(2), noon)) == Code::invite_used);
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(3), noon)) == Code::invite_used);
  CHECK(members.find(SiteId{11})->transport == key_number(1));
  CHECK(directory.text() == once);
}

TEST_CASE("Members: an invitation ends with its time; a lost answer is repeated after it") {
  Directory directory;
  Members& members = *directory.members;
  const WallTime last = plus_ms(noon, day_ms);
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), plus_ms(last, 1))) == Code::invite_expired);
  CHECK(!members.with(SiteId{11}).has_value());
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), last)) == std::nullopt);
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), plus_ms(last, 1))) == std::nullopt);
}

TEST_CASE("Members: one transport key is one site's") {
  Directory directory;
  directory.enrol(10);
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  CHECK(code_of(directory.members->enrol(by_11, key_number(10), key_number(2), noon)) == Code::invite_used);
}

TEST_CASE("Members: a site without an open invitation does not enrol") {
  Directory directory;
  CHECK(code_of(directory.members->enrol(by_11, key_number(1), key_number(2), noon)) == Code::unknown_site);
  directory.enrol(11);
  REQUIRE(directory.members->revoke(SiteId{11}).has_value());
  CHECK(code_of(directory.members->enrol(by_11, key_number(11), key_number(61), noon)) == Code::unknown_site);
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
  CHECK(members.user_id_of(key_number(111), noon) == invited_as_11(key_number(111)));
  CHECK(members.user_id_of(key_number(111), last) == invited_as_11(key_number(111)));
  CHECK(!members.user_id_of(key_number(111), plus_ms(last, 1)).has_value());
  CHECK(!members.user_id_of(key_number(1), noon).has_value());
  CHECK(!members.user_id_of(PublicKey{}, noon).has_value());
  REQUIRE(members.enrol(by_11, key_number(1), key_number(2), noon).has_value());
  CHECK(members.user_id_of(key_number(1), noon) == "site 11 " + to_hex(key_number(1).bytes));
  CHECK(members.user_id_of(key_number(1), plus_ms(last, day_ms)) == "site 11 " + to_hex(key_number(1).bytes));
  // The answer may have been lost: the one-time key asks again, until the site's own key has spoken.
  CHECK(members.user_id_of(key_number(111), noon) == invited_as_11(key_number(111)));
  members.on_seen(SiteId{11});
  CHECK(!members.user_id_of(key_number(111), noon).has_value());
  CHECK(members.user_id_of(key_number(1), noon) == "site 11 " + to_hex(key_number(1).bytes));
}

TEST_CASE("Members: a new invitation ends the one before") {
  Directory directory;
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  REQUIRE(directory.members->invite(invited_anew()).has_value());
  CHECK(!directory.members->user_id_of(key_number(111), noon).has_value());
  CHECK(directory.members->user_id_of(key_number(200), noon) == invited_as_11(key_number(200)));
}

TEST_CASE("Members: who a connection was let in as is read from its user id, and from no other text") {
  Directory directory;
  directory.enrol(10);
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  const auto site = caller_of(directory.members->user_id_of(key_number(10), noon).value());
  REQUIRE(site.has_value());
  CHECK(site->standing == Standing::enrolled);
  CHECK(site->site == SiteId{10});
  CHECK(site->key == key_number(10));
  const std::string text = directory.members->user_id_of(key_number(111), noon).value();
  const auto invited = caller_of(text);
  REQUIRE(invited.has_value());
  CHECK(invited->standing == Standing::invited);
  CHECK(invited->site == SiteId{11});
  CHECK(invited->key == key_number(111));
  for (std::size_t size = 0; size < text.size(); ++size) CHECK(!caller_of(text.substr(0, size)).has_value());
  CHECK(!caller_of(text + "0").has_value());
  CHECK(!caller_of("member 11 " + to_hex(key_number(111).bytes)).has_value());
  CHECK(!caller_of("invited 4294967296 " + to_hex(key_number(111).bytes)).has_value());
}

TEST_CASE("Members: an old one-time key enrols nobody once another invitation is open") {
  Directory directory;
  Members& members = *directory.members;
  const Invitation anew{SiteId{11}, key_number(200)};
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  const auto enrol = [&](const Invitation& by) {
    return code_of(directory.members->enrol(by, key_number(1), key_number(2), noon));
  };
  SECTION("revoked between the two") { REQUIRE(members.revoke(SiteId{11}).has_value()); }
  SECTION("enrolled and revoked between the two") {
    REQUIRE(enrol(by_11) == std::nullopt);
    REQUIRE(members.revoke(SiteId{11}).has_value());
  }
  SECTION("one right after the other") {}
  REQUIRE(members.invite(invited_anew()).has_value());
  for (int start = 0; start < 2; ++start) {
    const std::string before = directory.text();
    CHECK(code_of(directory.members->check(by_11, noon)) == Code::invite_expired);
    CHECK(enrol(by_11) == Code::invite_expired);
    CHECK(directory.text() == before);
    CHECK(code_of(directory.members->check(anew, noon)) == std::nullopt);
    directory.open();
  }
  CHECK(enrol(anew) == std::nullopt);
  // Not even with the keys that are the site's by the other.
  CHECK(enrol(by_11) == Code::invite_expired);
}

TEST_CASE("Members: a one-time key that enrolled is good for the same question past its time, until it is revoked") {
  Directory directory;
  Members& members = *directory.members;
  const WallTime late = plus_ms(noon, 2 * day_ms);
  REQUIRE(members.invite(Directory::invited(11)).has_value());
  CHECK(code_of(members.check(by_11, late)) == Code::invite_expired);
  REQUIRE(members.enrol(by_11, key_number(1), key_number(2), noon).has_value());
  members.on_seen(SiteId{11});
  CHECK(code_of(members.check(by_11, late)) == std::nullopt);
  CHECK(code_of(members.enrol(by_11, key_number(1), key_number(2), late)) == std::nullopt);
  REQUIRE(members.revoke(SiteId{11}).has_value());
  CHECK(code_of(members.check(by_11, noon)) == Code::unknown_site);
}

TEST_CASE("Members: keys that a site has no more are not found, and those that it has are, at the next start too") {
  Directory directory;
  const auto found = [&](unsigned number) { return directory.members->user_id_of(key_number(number), noon); };
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  REQUIRE(directory.members->invite(invited_anew()).has_value());
  const Invitation anew{SiteId{11}, key_number(200)};
  REQUIRE(directory.members->enrol(anew, key_number(1), key_number(2), noon).has_value());
  directory.enrol(12);
  for (int start = 0; start < 2; ++start) {
    CHECK(!found(111).has_value());
    CHECK(found(200) == invited_as_11(key_number(200)));
    CHECK(found(1) == "site 11 " + to_hex(key_number(1).bytes));
    CHECK(found(12) == "site 12 " + to_hex(key_number(12).bytes));
    directory.open();
  }
  REQUIRE(directory.members->revoke(SiteId{11}).has_value());
  for (int start = 0; start < 2; ++start) {
    for (const unsigned old : {111U, 200U, 1U}) CHECK(!found(old).has_value());
    directory.open();
  }
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  REQUIRE(directory.members->enrol(by_11, key_number(3), key_number(4), noon).has_value());
  for (int start = 0; start < 2; ++start) {
    for (const unsigned old : {200U, 1U}) CHECK(!found(old).has_value());
    CHECK(found(111) == invited_as_11(key_number(111)));
    CHECK(found(3) == "site 11 " + to_hex(key_number(3).bytes));
    CHECK(found(12) == "site 12 " + to_hex(key_number(12).bytes));
    directory.open();
  }
}

TEST_CASE("Members: one key is one site's, of whatever kind it is") {
  Directory directory;
  directory.enrol(10);
  REQUIRE(directory.members->invite(Directory::invited(11)).has_value());
  REQUIRE(directory.members->invite(Directory::invited(12)).has_value());
  const std::string before = directory.text();
  CHECK(code_of(directory.members->enrol(by_11, key_number(112), key_number(2), noon)) == Code::invite_used);
  Member member = Directory::invited(13);
  for (const unsigned taken : {10U, 112U}) {
    member.one_time = key_number(taken);
    CHECK(code_of(directory.members->invite(member)) == Code::in_use);
  }
  CHECK(directory.text() == before);
}

TEST_CASE("Members: a file that cannot be read is no file without lines, and is left as it is") {
  Directory directory;
  directory.enrol(10);
  const std::string before = directory.text();
  constexpr uid_t nobody = 65534;
  REQUIRE(::chmod(directory.folder.c_str(), 0711) == 0);
  REQUIRE(::chmod(directory.options.path.c_str(), 0200) == 0);
  if (::geteuid() == 0) REQUIRE(::chown(directory.options.path.c_str(), nobody, nobody) == 0);
  // Who may do everything reads everything: for this thread that ends.
  const int self = ::setfsuid(nobody);
  const auto opened = directory.try_open();
  ::setfsuid(static_cast<uid_t>(self));
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().code == Code::io);
  REQUIRE(::chmod(directory.options.path.c_str(), 0600) == 0);
  CHECK(directory.text() == before);
}

}  // namespace
}  // namespace redress::gateway
