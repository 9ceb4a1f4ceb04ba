#include "ops/tool/field_arguments.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using nlohmann::json;

// "code: what [field]".
std::string refused(const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::istringstream standard_input{input};
  const auto fields = fields_from(arguments, standard_input, /*gb18030=*/false);
  REQUIRE_FALSE(fields.has_value());
  const Error& error = fields.error();
  const std::string code = error.code == Code::malformed ? "malformed" : error.code == Code::io ? "io" : "too_large";
  return code + ": " + error.what + " [" + error.field + "]";
}

json taken(const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::istringstream standard_input{input};
  const auto fields = fields_from(arguments, standard_input, /*gb18030=*/false);
  INFO((fields ? "" : fields.error().what + " " + fields.error().field));
  REQUIRE(fields.has_value());
  return *fields;
}

constexpr const char* wanted = "malformed: expected name=value (应为 名称=值) ";

TEST_CASE("FieldArguments: name=value is split at the first sign, and a value may be empty") {
  CHECK(taken({}) == json::object());
  CHECK(taken({"narrative=1 + 1 = 2", "channel="}) == json{{"narrative", "1 + 1 = 2"}, {"channel", ""}});
  CHECK(refused({"narrative"}) == std::string{wanted} + "[narrative]");
  CHECK(refused({"=x"}) == std::string{wanted} + "[=x]");
}

TEST_CASE("FieldArguments: a file has a field a line, and one that begins with a blank goes on with the value above") {
  const Scratch scratch;
  const std::string path = scratch.write("said",
                                         "\xEF\xBB\xBFnarrative=  他说：\r\n 第一行\r\n\r\n\t a = b\r\n \r\n 完\r\n"
                                         "channel=电话\n"
                                         "content=\n first\n second");
  CHECK(taken({"@" + path}) ==
        json{{"narrative", "  他说：\n第一行\n a = b\n\n完"}, {"channel", "电话"}, {"content", "first\nsecond"}});
  CHECK(taken({"@" + scratch.write("nothing", "")}) == json::object());
}

TEST_CASE("FieldArguments: standard input is the same, and of what is given twice the later argument counts") {
  CHECK(taken({"-"}, "narrative=n\n") == json{{"narrative", "n"}});
  CHECK(taken({"channel=web", "-", "product=card"}, "channel=电话\nproduct=loan\n") ==
        json{{"channel", "电话"}, {"product", "card"}});
}

TEST_CASE("FieldArguments: lines of a terminal that writes GB18030 may be either") {
  std::istringstream standard_input{"channel=\xB5\xE7\xBB\xB0\nproduct=转账\n"};
  const auto fields = fields_from({"-"}, standard_input, /*gb18030=*/true);
  REQUIRE(fields.has_value());
  CHECK(*fields == json{{"channel", "电话"}, {"product", "转账"}});
}

TEST_CASE("FieldArguments: a bad line is named by file and number, and nothing of it is repeated") {
  const Scratch scratch;
  const auto told = [&](const std::string& text) {
    const std::string path = scratch.write("said", text);
    std::string out = refused({"@" + path});
    REQUIRE(out.find(path) != std::string::npos);
    return out.replace(out.find(path), path.size(), "FILE");
  };
  CHECK(told("narrative=n\n\nsecret words\n") == std::string{wanted} + "[FILE:3]");
  CHECK(told("=secret\n") == std::string{wanted} + "[FILE:1]");
  CHECK(told(" secret\nnarrative=n\n") == std::string{wanted} + "[FILE:1]");
  CHECK(told("a=1\nb=2\na=secret\n") == "malformed: read fields: given twice (重复) [FILE:3]");
  CHECK(told("a=1\nb=\xD6\xD0\n") == "malformed: read fields: not UTF-8 (不是 UTF-8) [FILE:2]");
  CHECK(told(std::string{"a=1\0", 4}) == "malformed: read fields: not UTF-8 (不是 UTF-8) [FILE:1]");
  CHECK(refused({"-"}, "a=1\nsecret\n") == std::string{wanted} + "[-:2]");
}

TEST_CASE("FieldArguments: a file that cannot be read is io, one over the limit too_large") {
  const Scratch scratch;
  CHECK(refused({"@" + scratch.path("none")}) == "io: read fields: cannot be opened [" + scratch.path("none") + "]");
  CHECK(refused({"@" + scratch.path("")}).starts_with("io: "));
  const std::string most = "a=" + std::string(field_file_bytes_max - 2, 'x');
  CHECK(taken({"-"}, most)["a"].get<std::string>().size() == field_file_bytes_max - 2);
  CHECK(refused({"-"}, most + "x") == "too_large: read fields: over 256 KiB [-]");
}

}  // namespace
}  // namespace redress::tool
