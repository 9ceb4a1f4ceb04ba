#include "ops/tool/import.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/digest.h"
#include "tests/tool/http_server.h"
#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr WallTime import_time{1'773'000'000'000};

std::optional<Code> catalogue(std::string_view name) {
  const std::map<std::string_view, Code> all{
      {"bad_value", Code::bad_value}, {"key_reused", Code::key_reused},           {"busy", Code::busy},
      {"draining", Code::draining},   {"unknown_outcome", Code::unknown_outcome}, {"store_full", Code::store_full},
      {"forbidden", Code::forbidden},
  };
  const auto found = all.find(name);
  return found == all.end() ? std::nullopt : std::optional{found->second};
}

// Keeps cases by key as a daemon does. `trouble`: what it answers instead, one after the other, to the next posts.
struct Daemon {
  Daemon() {
    server.on().Post("/api/v1/cases", [this](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock{mutex};
      posts.push_back(request.get_header_value("Idempotency-Key"));
      if (!trouble.empty()) {
        const auto [status, code] = trouble.front();
        trouble.erase(trouble.begin());
        return refuse(response, status, code, "");
      }
      const json body = json::parse(request.body);
      if (body["fields"].value("narrative", "") == "refuse me") return refuse(response, 422, "bad_value", "narrative");
      const auto [place, fresh] = cases.emplace(posts.back(), body);
      if (!fresh && place->second != body) return refuse(response, 409, "key_reused", "");
      response.status = fresh ? 201 : 200;
      response.set_content("{}", "application/json");
    });
    server.start();
  }

  static void refuse(httplib::Response& response, int status, const std::string& code, const std::string& field) {
    response.status = status;
    response.set_content(json{{"code", code}, {"message", "words"}, {"field", field}, {"trace", "t"}}.dump(),
                         "application/json");
  }

  [[nodiscard]] Client client() const {
    ClientOptions options;
    options.url = "http://" + server.authority();
    options.code_named = catalogue;
    auto out = Client::open(std::move(options));
    REQUIRE(out);
    return std::move(*out);
  }

  std::mutex mutex;
  std::map<std::string, json> cases;
  std::vector<std::string> posts;
  std::vector<std::pair<int, std::string>> trouble;
  HttpServer server;
};

Mapping mapping() {
  auto out = Mapping::parse(R"(
name = "t"
header_rows = 1
width = 3
id = "Id"
received = "Received"
[[columns]]
column = "Text"
field = "narrative"
)");
  REQUIRE(out);
  return *out;
}

// Every pause asked for, in ms.
struct Pauses {
  std::vector<std::int64_t> ms;
};

ImportOptions options_with(Pauses& pauses) {
  ImportOptions out;
  out.hash = crypto::sha256_of;
  out.pause = [&pauses](std::int64_t ms) {
    pauses.ms.push_back(ms);
    return true;
  };
  return out;
}

struct Fixture {
  // The table's rows follow a header "Id,Received,Text".
  Result<ImportReport> run(const std::string& rows) {
    Client client = daemon.client();
    return import_table(scratch.write("t.csv", "Id,Received,Text\n" + rows), mapping(), client, import_time, options);
  }

  Scratch scratch;
  Daemon daemon;
  Pauses pauses;
  ImportOptions options = options_with(pauses);
};

}  // namespace

TEST_CASE("Import: each row is posted as fields under its key", "[tool][import]") {
  Fixture fixture;
  const auto report = fixture.run("1,2026-01-02,text\n2,,\n,,=SUM(A1)\n");
  REQUIRE(report);
  CHECK(report->rows == 3);
  CHECK(report->registered == 3);
  CHECK(report->already + report->rejected + report->retries == 0);
  CHECK(!report->stopped);
  CHECK(fixture.daemon.cases.size() == 3);
  CHECK(fixture.daemon.cases.at("t/1") ==
        json{{"fields", {{"narrative", "text"}, {"received_at", "2026-01-02"}, {"source", "t"}, {"source_id", "1"}}}});
  CHECK(fixture.daemon.cases.at("t/2")["fields"] == json{{"received_at", "2026-03-08T20:00:00.000Z"},
                                                         {"received_assumed", "true"},
                                                         {"source", "t"},
                                                         {"source_id", "2"}});
}

TEST_CASE("Import: run again, every row is there already", "[tool][import]") {
  Fixture fixture;
  const std::string rows = "1,2026-01-02,a\n,,same\n,,same\n,2026-01-02,\n,2026-01-02,\n";
  const auto first = fixture.run(rows);
  REQUIRE(first);
  CHECK(first->registered == 5);
  const auto keys = fixture.daemon.posts;
  fixture.daemon.posts.clear();
  const auto second = fixture.run(rows);
  REQUIRE(second);
  CHECK(second->registered == 0);
  CHECK(second->already == 5);
  CHECK(fixture.daemon.posts == keys);
  CHECK(fixture.daemon.cases.size() == 5);
}

TEST_CASE("Import: a refused row is listed by line and field, and the others go on", "[tool][import]") {
  Fixture fixture;
  const auto report = fixture.run("1,,a\n2,,\"refuse\"\n3,,refuse me\n1,,b\n4,,d\n");
  REQUIRE(report);
  CHECK(report->rows == 5);
  CHECK(report->registered == 3);
  CHECK(report->rejected == 2);
  REQUIRE(report->rejects.size() == 2);
  CHECK(report->rejects[0].line == 4);
  CHECK(report->rejects[0].field == "narrative");
  CHECK(report->rejects[0].code == Code::bad_value);
  CHECK(report->rejects[1].line == 5);
  CHECK(report->rejects[1].code == Code::key_reused);
}

TEST_CASE("Import: a row with nothing in it is no case, and is counted", "[tool][import]") {
  Fixture fixture;
  const auto report = fixture.run("1,,a\n,,\n  ,\t,\u3000\n2,,b\n");
  REQUIRE(report);
  CHECK(report->rows == 4);
  CHECK(report->registered == 2);
  CHECK(report->blank == 2);
  CHECK(fixture.daemon.cases.size() == 2);
  std::size_t rows = 0;
  for (std::size_t part = 0; part < 3; ++part) {
    fixture.options.only_rows = [part](std::size_t row) { return row % 3 == part; };
    const auto some = fixture.run("1,,a\n,,\n  ,\t,\u3000\n2,,b\n");
    REQUIRE(some);
    rows += some->rows;
  }
  CHECK(rows == 4);
}

TEST_CASE("Import: a date that nobody can read, or that cannot be right, goes in and is told by line",
          "[tool][import]") {
  Fixture fixture;  // imports on 2026-03-08, 20:00 UTC
  const auto report = fixture.run(
      "1,2026-02-30,a\n2,12/31/2026,b\n3,2026-03-09,c\n4,2026-03-11,d\n5,1989-12-31,e\n6,,f\n7,refuse me,refuse me\n");
  REQUIRE(report);
  CHECK(report->registered == 6);
  CHECK(report->unreadable_dates == 2);
  CHECK(report->late_dates == 1);
  CHECK(report->early_dates == 1);
  std::vector<std::pair<std::size_t, SaidDate>> doubts;
  for (const ImportDoubt& one : report->doubts) doubts.emplace_back(one.line, one.date);
  CHECK(doubts == std::vector<std::pair<std::size_t, SaidDate>>{
                      {2, SaidDate::unreadable}, {3, SaidDate::unreadable}, {5, SaidDate::late}, {6, SaidDate::early}});
}

TEST_CASE("Import: the same id with other content is refused by the column and the id, in both languages",
          "[tool][import]") {
  Fixture fixture;
  fixture.options.says_zh = [](Code) { return std::string{"原因"}; };
  const auto report = fixture.run("77,,a\n77,,b\n8,,refuse me\n");
  REQUIRE(report);
  REQUIRE(report->rejects.size() == 2);
  CHECK(report->rejects[0].field == "Id");
  CHECK(report->rejects[0].reason.rfind("Id=77 was imported before", 0) == 0);
  CHECK(report->rejects[0].reason_zh.rfind("Id=77 以前已导入", 0) == 0);
  CHECK(report->rejects[1].reason_zh.rfind("受理程序拒绝了这一行：原因 ", 0) == 0);
}

TEST_CASE("Import: rejects that go to a device leave its rights as they are", "[tool][import]") {
  Fixture fixture;
  fixture.options.rejects_file = "/dev/null";
  REQUIRE(fixture.run("1,b\n"));
  struct stat status {};
  REQUIRE(stat("/dev/null", &status) == 0);
  CHECK((status.st_mode & 0777) == 0666);
}

TEST_CASE("Import: a row that breaks the format is listed by line and column", "[tool][import]") {
  Fixture fixture;
  const auto report = fixture.run("1,,a\n2,b\n3,,\"c\"d\n4,,e\n");
  REQUIRE(report);
  CHECK(report->rows == 4);
  CHECK(report->registered == 2);
  CHECK(report->rejected == 2);
  REQUIRE(report->rejects.size() == 2);
  CHECK(report->rejects[0].line == 3);
  CHECK(report->rejects[0].column == 3);
  CHECK(report->rejects[0].reason == "wrong number of columns columns=2 wanted=3");
  CHECK(report->rejects[1].line == 4);
  CHECK(report->rejects[1].reason_zh == "右引号之后还有文字");
}

TEST_CASE("Import: the rejects file holds each rejected row for its owner only", "[tool][import]") {
  Fixture fixture;
  const std::string path = fixture.scratch.write("rejects.csv", "old content that is longer than one line of it\n");
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  fixture.options.rejects_file = path;
  REQUIRE(fixture.run("1,,a\n2,b\n3,,refuse me\n"));
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  auto reader = CsvReader::open(path, Encoding::detect);
  REQUIRE(reader);
  std::vector<CsvRow> rows;
  for (auto record = (*reader)->next(); record && std::holds_alternative<CsvRow>(*record); record = (*reader)->next()) {
    rows.push_back(std::get<CsvRow>(*record));
  }
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].cells == std::vector<std::string>{"line", "column", "field", "reason", "reason_zh", "raw"});
  CHECK(rows[1].cells[0] == "3");
  CHECK(rows[1].cells[1] == "3");
  CHECK(rows[1].cells[5] == "2,b\n");
  CHECK(rows[2].cells[0] == "4");
  CHECK(rows[2].cells[2] == "narrative");
  CHECK(rows[2].cells[5] == "3,,refuse me\r\n");
}

TEST_CASE("Import: without being asked it writes no file", "[tool][import]") {
  Fixture fixture;
  REQUIRE(fixture.run("1,b\n"));
  const std::filesystem::directory_iterator files{fixture.scratch.path("")};
  CHECK(std::distance(begin(files), end(files)) == 1);
}

TEST_CASE("Import: a rejects file that cannot be made stops it before the first row", "[tool][import]") {
  Fixture fixture;
  fixture.options.rejects_file = fixture.scratch.path("none/rejects.csv");
  const auto report = fixture.run("1,,a\n");
  REQUIRE(!report);
  CHECK(report.error().code == Code::io);
  CHECK(fixture.daemon.posts.empty());
}

TEST_CASE("Import: a daemon in trouble is asked again with the same key, ever more slowly", "[tool][import]") {
  Fixture fixture;
  fixture.daemon.trouble = {{503, "busy"}, {503, "draining"}, {503, "unknown_outcome"},
                            {429, ""},     {503, "busy"},     {503, "busy"},
                            {503, "busy"}, {503, "busy"}};
  const auto report = fixture.run("1,,a\n2,,b\n");
  REQUIRE(report);
  CHECK(report->registered == 2);
  CHECK(report->retries == 8);
  CHECK(fixture.pauses.ms == std::vector<std::int64_t>{100, 200, 400, 800, 1600, 3200, 5000, 5000});
  std::vector<std::string> wanted(9, "t/1");
  wanted.push_back("t/2");
  CHECK(fixture.daemon.posts == wanted);
}

TEST_CASE("Import: a daemon that was killed and is back loses nothing", "[tool][import]") {
  const Scratch scratch;
  auto daemon = std::make_unique<Daemon>();
  daemon->server.on().set_keep_alive_max_count(1);  // Else the stopped server still serves the kept connection.
  Client client = daemon->client();
  Pauses pauses;
  ImportOptions options = options_with(pauses);
  const std::string path = scratch.write("t.csv", "Id,Received,Text\n1,,a\n2,,b\n3,,c\n");
  options.progress = [&](const ImportReport& report) {
    if (report.rows == 1) daemon->server.on().stop();
  };
  options.retries_max = 3;
  const auto first = import_table(path, mapping(), client, import_time, options);
  REQUIRE(first);
  CHECK(first->registered == 1);
  REQUIRE(first->stopped);
  CHECK(first->stopped->code == Code::unreachable);
  CHECK(first->stopped_line == 3);
  CHECK(first->retries == 3);

  Daemon again;
  again.cases = daemon->cases;
  Client other = again.client();
  const auto second = import_table(path, mapping(), other, import_time, options_with(pauses));
  REQUIRE(second);
  CHECK(second->already == 1);
  CHECK(second->registered == 2);
  CHECK(again.cases.size() == 3);
}

TEST_CASE("Import: retries end where the options say, or when the person gives up", "[tool][import]") {
  Fixture fixture;
  fixture.daemon.trouble.assign(10, {503, "busy"});
  fixture.options.retries_max = 2;
  const auto report = fixture.run("1,,a\n2,,b\n");
  REQUIRE(report);
  CHECK(report->rows == 1);
  CHECK(report->registered == 0);
  REQUIRE(report->stopped);
  CHECK(report->stopped->code == Code::busy);
  CHECK(fixture.daemon.posts.size() == 3);
  fixture.options.pause = [](std::int64_t) { return false; };
  const auto given_up = fixture.run("1,,a\n2,,b\n");
  REQUIRE(given_up);
  CHECK(given_up->stopped);
  CHECK(given_up->retries == 0);
}

TEST_CASE("Import: a refusal that every row would meet stops it at once", "[tool][import]") {
  const auto [status, name, code] = GENERATE(table<int, std::string, Code>({
      {403, "forbidden", Code::forbidden},
      {401, "", Code::unauthenticated},
      {507, "store_full", Code::store_full},
      {404, "", Code::not_found},
  }));
  Fixture fixture;
  fixture.daemon.trouble = {{status, name}};
  const auto report = fixture.run("1,,a\n2,,b\n");
  REQUIRE(report);
  REQUIRE(report->stopped);
  CHECK(report->stopped->code == code);
  CHECK(report->stopped_line == 2);
  CHECK(fixture.daemon.posts.size() == 1);
  CHECK(fixture.pauses.ms.empty());
}

TEST_CASE("Import: rows spread over several callers keep the keys they have in one", "[tool][import]") {
  Fixture fixture;
  const std::string rows = "1,,a\n,,same\n,,same\n,,same\n2,,b\n";
  std::set<std::string> keys;
  for (std::size_t part = 0; part < 2; ++part) {
    fixture.options.only_rows = [part](std::size_t row) { return row % 2 == part; };
    const auto report = fixture.run(rows);
    REQUIRE(report);
    CHECK(report->rows == (part == 0 ? 3U : 2U));
    CHECK(report->registered == report->rows);
  }
  CHECK(fixture.daemon.cases.size() == 5);
  fixture.options.only_rows = nullptr;
  const auto whole = fixture.run(rows);
  REQUIRE(whole);
  CHECK(whole->already == 5);
}

TEST_CASE("Import: progress is told after each row", "[tool][import]") {
  Fixture fixture;
  std::vector<std::size_t> seen;
  fixture.options.progress = [&seen](const ImportReport& report) { seen.push_back(report.rows); };
  REQUIRE(fixture.run("1,,a\n2,b\n3,,c\n"));
  CHECK(seen == std::vector<std::size_t>{1, 2, 3});
}

TEST_CASE("Import: a table that does not fit the mapping is refused as a whole", "[tool][import]") {
  Fixture fixture;
  Client client = fixture.daemon.client();
  const auto refused = [&](const std::string& content) {
    const auto report =
        import_table(fixture.scratch.write("other.csv", content), mapping(), client, import_time, fixture.options);
    REQUIRE(!report);
    return report.error();
  };
  CHECK(refused("Id,Received\n1,\n").code == Code::malformed);
  CHECK(refused("Id,Received,Story\n1,,a\n").field == "Text");
  CHECK(refused("").code == Code::malformed);
  CHECK(refused("Id,Received,\"Te\"xt\n").what == "read header: text after a closing quote line=1");
  CHECK(fixture.daemon.posts.empty());
}

TEST_CASE("Import: the list of rejects is bounded, their count is not", "[tool][import]") {
  Fixture fixture;
  std::string rows;
  for (std::size_t i = 0; i < listed_rejects_max + 5; ++i) rows += "x\n";
  const auto report = fixture.run(rows);
  REQUIRE(report);
  CHECK(report->rejected == listed_rejects_max + 5);
  CHECK(report->rejects.size() == listed_rejects_max);
}

}  // namespace redress::tool
