#include "gateway/zap.h"

#include "tests/link/line.h"

namespace redress::link_test {
namespace {

using gateway::refuse_strangers_check;
using gateway::zap_answer;
using shell::LinkChange;

const PublicKey known_key = [] {
  PublicKey key;
  key.bytes.fill(std::byte{7});
  return key;
}();

std::optional<std::string> only_known(const PublicKey& key) {
  if (key == known_key) return "site-11";
  return std::nullopt;
}

std::vector<Bytes> parts_of(const std::vector<std::string>& texts) {
  std::vector<Bytes> parts;
  for (const auto& text : texts) parts.push_back(copy_of(view_of(text)));
  return parts;
}

// What libzmq asks when a CURVE client with this key knocks.
std::vector<Bytes> question_about(const PublicKey& key) {
  return parts_of({"1.0", "1", "redress", "127.0.0.1", "", "CURVE", std::string{text_of(key.bytes)}});
}

std::string status_of(const std::vector<Bytes>& question) {
  const auto answer = zap_answer(question, only_known);
  REQUIRE(answer.size() == 6);
  CHECK(text_of(answer[0]) == "1.0");
  CHECK(answer[1] == (question.size() > 1 ? question[1] : Bytes{}));
  CHECK((text_of(answer[2]) == "200") == !answer[4].empty());
  return std::string{text_of(answer[2])};
}

}  // namespace

TEST_CASE("Zap: a known key gets 200 and its user id, any other 400", "[link][zap]") {
  CHECK(status_of(question_about(known_key)) == "200");
  CHECK(text_of(zap_answer(question_about(known_key), only_known)[4]) == "site-11");
  auto other = known_key;
  other.bytes[31] = std::byte{8};
  CHECK(status_of(question_about(other)) == "400");
  const auto nameless = zap_answer(question_about(known_key), [](const PublicKey&) { return std::string{}; });
  CHECK(text_of(nameless[2]) == "400");
}

TEST_CASE("Zap: another mechanism or domain is refused, whatever the key", "[link][zap]") {
  for (const std::string domain : {"", "redres", "redress2", "REDRESS"}) {
    INFO(domain);
    auto question = question_about(known_key);
    question[2] = copy_of(view_of(domain));
    CHECK(status_of(question) == "400");
  }
  auto question = question_about(known_key);
  question[5] = copy_of(view_of("GSSAPI"));
  CHECK(status_of(question) == "400");
  CHECK(status_of(parts_of({"1.0", "1", "redress", "127.0.0.1", "", "NULL"})) == "400");
  CHECK(status_of(parts_of({"1.0", "1", "redress", "127.0.0.1", "", "PLAIN", "user", "word"})) == "400");
}

TEST_CASE("Zap: a malformed question is answered 500, at every length", "[link][zap]") {
  const auto whole = question_about(known_key);
  for (std::size_t count = 0; count < whole.size(); ++count) {
    INFO(count);
    CHECK(status_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(count)}) == "500");
  }
  auto surplus = whole;
  surplus.push_back({});
  CHECK(status_of(surplus) == "500");
  auto version = whole;
  version[0] = copy_of(view_of("1.1"));
  CHECK(status_of(version) == "500");
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}}) {
    INFO(size);
    auto key = whole;
    key[6].resize(size);
    CHECK(status_of(key) == "500");
  }
}

TEST_CASE("Zap: a context has one handler", "[link][zap]") {
  const auto context = value_of(shell::LinkContext::open());
  const auto first = value_of(gateway::Zap::open(*context));
  const auto second = gateway::Zap::open(*context);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Code::io);
}

TEST_CASE("Zap: a key that is let in later comes in, one that is taken off does not come back", "[link][zap]") {
  Line line;
  const auto own = fresh_pair();
  CHECK(line.next_change(*line.dial(own)) == LinkChange::refused);
  line.known[own.public_key] = "site-11";
  CHECK(line.next_change(*line.dial(own)) == LinkChange::up);
  line.known.clear();
  CHECK(line.next_change(*line.dial(own)) == LinkChange::refused);
  CHECK(line.zap->accepted_count() == 1);
  CHECK(line.zap->refused_count() == 2);
}

TEST_CASE("Self-test: passes where strangers are refused, and sites may knock meanwhile", "[link][zap]") {
  Line line;
  const auto branch = line.dial(line.enrol("site-11"));
  const auto checked = refuse_strangers_check(*line.context, line.router->endpoint(), line.gateway.public_key,
                                              *line.zap, line.user_id_of());
  INFO((checked ? "" : checked.error().what));
  CHECK(checked.has_value());
  CHECK(line.next_change(*branch) == LinkChange::up);
  CHECK_FALSE(line.router->receive());
}

TEST_CASE("Self-test: fails where strangers get in or nobody answers", "[link][zap]") {
  Line line;
  const auto code_at = [&](const std::string& endpoint, const PublicKey& key, const gateway::UserIdOf& user_id_of) {
    const auto checked = refuse_strangers_check(*line.context, endpoint, key, *line.zap, user_id_of);
    REQUIRE_FALSE(checked);
    return checked.error().code;
  };
  SECTION("a directory that knows every key") {
    const auto anyone = [](const PublicKey&) { return std::string{"site-11"}; };
    CHECK(code_at(line.router->endpoint(), line.gateway.public_key, anyone) == Code::forbidden);
  }
  SECTION("a server without the options") {
    PlainZmq plain;
    auto unsafe = plain.server(line.gateway);
    CHECK(code_at(endpoint_of(unsafe), line.gateway.public_key, line.user_id_of()) == Code::forbidden);
  }
  SECTION("a door that refuses everybody for another reason proves nothing") {
    CHECK(code_at(line.router->endpoint(), fresh_pair().public_key, line.user_id_of()) == Code::unreachable);
  }
  SECTION("nobody there") {
    const DeadPort nobody;
    CHECK(code_at(nobody.endpoint(), line.gateway.public_key, line.user_id_of()) == Code::unreachable);
  }
}

}  // namespace redress::link_test
