#include "ops/shell/code_tables.h"

#include <fstream>

#include "tests/ops/served.h"

namespace redress::shell {
namespace {

using nlohmann::json;

constexpr const char* own = "edition bank-2026\nfrom 2026-01-01\nzh 本行\nen own\ncause|77||自有|own cause\n";

void write(const std::string& path, const std::string& text) { std::ofstream{path, std::ios::binary} << text; }

std::string refusal_of(const std::string& folder) {
  const auto editions = load_code_editions(folder);
  if (editions) return {};
  CHECK(editions.error().code == Code::bad_config);
  CHECK(editions.error().field == codes_folder);
  return editions.error().what;
}

TEST_CASE("Code tables: without a folder there are the shipped editions") {
  const TempFolder folder;
  const auto editions = load_code_editions(folder / "codes");
  REQUIRE(editions.has_value());
  CHECK((*editions).size() == casework::shipped_code_editions().size());
}

TEST_CASE("Code tables: a bank's editions stand beside the shipped ones, by file name") {
  const TempFolder folder;
  write(folder / "b.codes", own);
  write(folder / "a.codes", "edition bank-2025\nfrom 2025-01-01\ncause|1||旧|old\n");
  write(folder / "notes.txt", "no edition");
  const auto editions = load_code_editions(folder.path());
  REQUIRE(editions.has_value());
  const std::size_t shipped = casework::shipped_code_editions().size();
  REQUIRE((*editions).size() == shipped + 2);
  CHECK((*editions)[shipped].name == "bank-2025");
  CHECK((*editions)[shipped + 1].name == "bank-2026");
}

TEST_CASE("Code tables: what is no edition, too large or there already is refused by its file") {
  const TempFolder folder;
  write(folder / "a.codes", "edition x\nfrom today\n");
  CHECK(refusal_of(folder.path()).find("a.codes") != std::string::npos);
  write(folder / "a.codes", "edition cfpb-1\nfrom 2026-01-01\ncause|1||a|b\n");
  CHECK(refusal_of(folder.path()).find("there already") != std::string::npos);
  write(folder / "a.codes", std::string(code_file_bytes_max + 1, '#'));
  CHECK(refusal_of(folder.path()).find("over 1 MiB") != std::string::npos);
  for (std::size_t i = 0; i <= code_files_max; ++i) write(folder / (std::to_string(i) + ".codes"), own);
  CHECK(refusal_of(folder.path()).find("more than 64") != std::string::npos);
}

TEST_CASE("Code tables: a daemon takes classifications by the bank's own edition, and lists it") {
  Served served{SiteId{11}, {}, {}, [](const Home& home) {
                  std::filesystem::create_directory(home.path(codes_folder));
                  write(home.path("codes/own.codes"), own);
                }};
  const json saved = served.post("/api/v1/cases", {{"fields", {{"narrative", "n"}}}}, "desk/1").body;
  const std::string path = "/api/v1/cases/" + saved["case"].get<std::string>() + "/acts";
  const auto classify = [&](const char* code, const char* key) {
    const json fields{{"edition", "bank-2026"}, {"cause_code", code}};
    return served.post(path, {{"kind", "classified"}, {"fields", fields}}, key);
  };
  CHECK(classify("77", "desk/2").status == 201);
  const Reply wrong = classify("78", "desk/3");
  CHECK(wrong.status == 400);
  CHECK(wrong.body["field"] == "cause_code");
  CHECK(served.get("/api/v1/codes").body["editions"].back()["edition"] == "bank-2026");
}

}  // namespace
}  // namespace redress::shell
