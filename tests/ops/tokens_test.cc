#include "ops/shell/tokens.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

std::string file_text(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_CASE("Tokens: an issued token names its person and duty; another names nobody") {
  const TempFolder folder;
  crypto::SystemRandom random;
  const auto issued = issue_token(folder / "tokens", {StaffId{77}, Duty::operations}, random);
  REQUIRE(issued.has_value());
  CHECK(issued->rfind("rdt_", 0) == 0);
  Tokens tokens{folder / "tokens"};
  const auto person = tokens.find(*issued);
  REQUIRE(person.has_value());
  CHECK(person->staff == StaffId{77});
  CHECK(person->duty == Duty::operations);
  CHECK(!tokens.find("").has_value());
  CHECK(!tokens.find(*issued + "A").has_value());
}

TEST_CASE("Tokens: a person holds the roles that stand behind the duty, each one word") {
  const TempFolder folder;
  crypto::SystemRandom random;
  const auto plain = issue_token(folder / "tokens", {StaffId{1}, Duty::casework, {}}, random);
  const auto issued =
      issue_token(folder / "tokens", {StaffId{2}, Duty::casework, {"outlet_head", "lobby_manager"}}, random);
  REQUIRE((plain.has_value() && issued.has_value()));
  Tokens tokens{folder / "tokens"};
  CHECK(tokens.find(*plain)->roles.empty());
  CHECK(tokens.find(*issued)->roles == std::vector<std::string>{"outlet_head", "lobby_manager"});
  for (const char* role : {"", "outlet head", "head\n"}) {
    const auto refused = issue_token(folder / "tokens", {StaffId{3}, Duty::casework, {role}}, random);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Code::bad_value);
    CHECK(refused.error().field == "role");
  }
}

TEST_CASE("Tokens: nobody is the program itself, whoever writes it in the file", "[LIFE-42]") {
  const TempFolder folder;
  crypto::SystemRandom random;
  const auto refused = issue_token(folder / "tokens", {StaffId{}, Duty::casework}, random);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Code::bad_value);
  CHECK(refused.error().field == "staff");
  const auto issued = issue_token(folder / "tokens", {StaffId{7}, Duty::casework}, random);
  REQUIRE(issued.has_value());
  std::string text = file_text(folder / "tokens");
  text.replace(text.find(" 7 "), 3, " 0 ");
  std::ofstream{folder / "tokens"} << text;
  Tokens tokens{folder / "tokens"};
  CHECK_FALSE(tokens.find(*issued).has_value());
}

TEST_CASE("Tokens: the file is its owner's and holds no token") {
  const TempFolder folder;
  crypto::SystemRandom random;
  const auto issued = issue_token(folder / "tokens", {StaffId{77}, Duty::casework}, random);
  REQUIRE(issued.has_value());
  struct stat seen {};
  REQUIRE(::stat((folder / "tokens").c_str(), &seen) == 0);
  CHECK((seen.st_mode & 0777) == 0600);
  CHECK(file_text(folder / "tokens").find(issued->substr(4)) == std::string::npos);
}

TEST_CASE("Tokens: one that is issued later is seen without a restart") {
  const TempFolder folder;
  crypto::SystemRandom random;
  Tokens tokens{folder / "tokens"};
  CHECK(!tokens.find("rdt_early").has_value());
  const auto first = issue_token(folder / "tokens", {StaffId{1}, Duty::casework}, random);
  REQUIRE(first.has_value());
  CHECK(tokens.find(*first).has_value());
  const auto second = issue_token(folder / "tokens", {StaffId{2}, Duty::casework}, random);
  REQUIRE(second.has_value());
  CHECK(tokens.find(*second).has_value());
  CHECK(tokens.find(*first).has_value());
}

TEST_CASE("Tokens: one whose file is gone is nobody's without a restart") {
  const TempFolder folder;
  crypto::SystemRandom random;
  Tokens tokens{folder / "tokens"};
  const auto issued = issue_token(folder / "tokens", {StaffId{1}, Duty::casework}, random);
  REQUIRE(issued.has_value());
  REQUIRE(tokens.find(*issued).has_value());
  std::filesystem::remove(folder / "tokens");
  CHECK(!tokens.find(*issued).has_value());
}

TEST_CASE("Tokens: one whose line was taken out is nobody's without a restart, the others stay") {
  const TempFolder folder;
  crypto::SystemRandom random;
  Tokens tokens{folder / "tokens"};
  const auto first = issue_token(folder / "tokens", {StaffId{1}, Duty::casework}, random);
  const auto second = issue_token(folder / "tokens", {StaffId{2}, Duty::casework}, random);
  REQUIRE((first.has_value() && second.has_value()));
  REQUIRE(tokens.find(*second).has_value());
  const std::string lines = file_text(folder / "tokens");
  std::ofstream{folder / "tokens"} << lines.substr(0, lines.find('\n') + 1);
  CHECK_FALSE(tokens.find(*second).has_value());
  CHECK(tokens.find(*first).has_value());
}

TEST_CASE("Tokens: a line that is none is passed over, the others count") {
  const TempFolder folder;
  crypto::SystemRandom random;
  std::ofstream{folder / "tokens"} << "what is this\n\nabc 7 king\n";
  const auto issued = issue_token(folder / "tokens", {StaffId{3}, Duty::casework}, random);
  REQUIRE(issued.has_value());
  Tokens tokens{folder / "tokens"};
  CHECK(tokens.find(*issued).has_value());
}

TEST_CASE("Tokens: a folder that is not there is io") {
  const TempFolder folder;
  crypto::SystemRandom random;
  const auto issued = issue_token(folder / "no/tokens", {StaffId{3}, Duty::casework}, random);
  REQUIRE(!issued.has_value());
  CHECK(issued.error().code == Code::io);
}

TEST_CASE("Tokens: each duty has a name, and no other name is one") {
  CHECK(duty_named(name_of(Duty::casework)) == Duty::casework);
  CHECK(duty_named(name_of(Duty::operations)) == Duty::operations);
  CHECK(!duty_named("Casework").has_value());
  CHECK(!duty_named("").has_value());
}

}  // namespace
}  // namespace redress::shell
