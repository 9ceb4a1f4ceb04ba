#include "protocol/wire/refusal.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace redress::wire {
namespace {

// Name and number of every code that the header lists.
std::map<std::string, int> codes_in_header() {
  std::ifstream file{std::filesystem::path{REDRESS_SOURCE_DIR} / "protocol/base/code.h"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::map<std::string, int> out;
  const std::regex line{R"(\n  ([a-z_]+) = (\d+),)"};
  for (auto it = std::sregex_iterator{text.begin(), text.end(), line}; it != std::sregex_iterator{}; ++it) {
    out.emplace((*it)[1], std::stoi((*it)[2]));
  }
  return out;
}

}  // namespace

TEST_CASE("Refusal: every code has its reason, and every reason its code") {
  const auto codes = codes_in_header();
  REQUIRE(codes.size() > 40);
  CHECK(catalogue().size() == codes.size());
  for (const auto& [name, number] : codes) {
    INFO(name);
    const Reason& reason = reason_of(static_cast<Code>(number));
    CHECK(reason.name == name);
    CHECK(static_cast<int>(reason.code) == number);
  }
}

TEST_CASE("Refusal: names and numbers are unique and lead back to their code") {
  std::set<std::string_view> names;
  std::set<Code> codes;
  for (const Reason& reason : catalogue()) {
    INFO(reason.name);
    CHECK(names.insert(reason.name).second);
    CHECK(codes.insert(reason.code).second);
    CHECK(code_named(reason.name) == reason.code);
    CHECK(code_named(std::to_string(static_cast<int>(reason.code))) == reason.code);
    CHECK(name_of(reason.code) == reason.name);
  }
  CHECK_FALSE(code_named("").has_value());
  CHECK_FALSE(code_named("100 ").has_value());
  CHECK_FALSE(code_named("no_such_reason").has_value());
}

TEST_CASE("Refusal: each reason speaks both languages") {
  for (const Reason& reason : catalogue()) {
    INFO(reason.name);
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    CHECK_FALSE(std::all_of(reason.zh.begin(), reason.zh.end(), is_ascii));
    CHECK(std::all_of(reason.en.begin(), reason.en.end(), is_ascii));
    CHECK(reason.en.size() > 5);
  }
}

TEST_CASE("Refusal: a code from a later catalogue has a reason that says so") {
  const Reason& reason = reason_of(static_cast<Code>(999));
  CHECK(reason.name == "unknown");
  CHECK(reason.who == Actor::operations);
}

TEST_CASE("Refusal: who must act has a name in each language") {
  std::set<std::string_view> names;
  for (const Actor who : {Actor::nobody, Actor::clerk, Actor::operations, Actor::head_office, Actor::programmer}) {
    for (const char* language : {"zh", "en"}) CHECK(names.insert(actor_in(who, language)).second);
  }
}

}  // namespace redress::wire
