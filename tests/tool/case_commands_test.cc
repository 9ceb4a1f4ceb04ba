#include "ops/tool/case_commands.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ops/shell/process.h"
#include "tests/tool/http_server.h"
#include "tests/tool/kinds_table.h"
#include "tests/tool/scratch.h"

namespace redress::tool {
namespace {

using nlohmann::json;

// Standard input, output and error of this process are the test's while it lives.
class Streams {
 public:
  explicit Streams(const std::string& typed)
      : in_{typed},
        was_in_{std::cin.rdbuf(in_.rdbuf())},
        was_out_{std::cout.rdbuf(out.rdbuf())},
        was_err_{std::cerr.rdbuf(err.rdbuf())} {
    std::cin.clear();
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
  ~Streams() {
    std::cin.rdbuf(was_in_);
    std::cout.rdbuf(was_out_);
    std::cerr.rdbuf(was_err_);
    std::cin.clear();
  }

  std::ostringstream out;
  std::ostringstream err;

 private:
  std::istringstream in_;
  std::streambuf* const was_in_;
  std::streambuf* const was_out_;
  std::streambuf* const was_err_;
};

// A daemon that keeps what is posted, and refuses the first post if it is told to.
class Desk {
 public:
  explicit Desk(json refusal = nullptr) : refusal_(std::move(refusal)) {
    server_.on().Get("/api/v1/kinds", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(kinds_table().dump(), "application/json");
    });
    server_.on().Post("/api/v1/cases", [this](const httplib::Request& request, httplib::Response& response) {
      posted.push_back(json::parse(request.body)["fields"]);
      if (!refusal_.is_null() && posted.size() == 1) {
        response.status = 400;
        response.set_content(refusal_.dump(), "application/json");
        return;
      }
      response.set_content(R"({"number":"11-1","state":"registered","state_zh":"已登记","case":"c","position":7,)"
                           R"("identity":"0123456789abcdef"})",
                           "application/json");
    });
    server_.start();
    options.home = home_.path("");
    options.language = "en";
    static_cast<void>(home_.write("door.url", "http://" + server_.authority() + "\n"));
    static_cast<void>(home_.write("desk.token", "t\n"));
  }

  std::vector<json> posted;
  Options options;

 private:
  const Scratch home_;
  const json refusal_;
  HttpServer server_;
};

// What happened, then each of the usual fields left out, then no more.
const std::string typed = "Charged twice.\n\n\n\n\n\n\n\n\n\n\n\n\nn\n";

TEST_CASE("CaseCommands: the form is on standard error, and on standard output the result alone") {
  Desk desk;
  desk.options.json = true;
  Streams streams{typed + "\n"};
  CHECK(case_new(desk.options, {}, "") == exit_done);
  CHECK(json::parse(streams.out.str())["number"] == "11-1");
  CHECK(streams.err.str().find("Save it? [Y/n]") != std::string::npos);
  CHECK(desk.posted == std::vector<json>{{{"narrative", "Charged twice."}}});
}

TEST_CASE("CaseCommands: a form that is not finished or not confirmed is refused, and nothing was saved") {
  for (const std::string& input : {std::string{"Charged twice.\n\nbranch\n"}, typed, typed + "n\n"}) {
    Desk desk;
    Streams streams{input};
    CHECK(case_new(desk.options, {}, "") == exit_refused);
    CHECK(desk.posted.empty());
    CHECK(streams.out.str().empty());
    CHECK(streams.err.str().find("nothing was saved") != std::string::npos);
  }
}

TEST_CASE("CaseCommands: who wants no question is not asked to confirm") {
  Desk desk;
  Streams streams{typed};
  CHECK(case_new(desk.options, {}, "", Confirm::skip) == exit_done);
  CHECK(desk.posted.size() == 1);
}

TEST_CASE("CaseCommands: a refusal that names a field has this one asked again, and keeps the other answers") {
  Desk desk{{{"code", "bad_value"}, {"message", "no"}, {"field", "channel"}}};
  desk.options.language = "zh";
  Streams streams{typed + "\n网点\n"};
  CHECK(case_new(desk.options, {}, "") == exit_done);
  CHECK(desk.posted ==
        std::vector<json>{{{"narrative", "Charged twice."}}, {{"narrative", "Charged twice."}, {"channel", "网点"}}});
}

TEST_CASE("CaseCommands: fields on the command line may be named in Chinese, and times need no zone") {
  REQUIRE(shell::set_zone("Asia/Shanghai"));
  Desk desk;
  Streams streams{""};
  CHECK(case_new(desk.options, {"投诉内容=重复扣款", "投诉渠道=网点", "事项类别=咨询", "received_at=2026-11-30 09:30"},
                 "") == exit_done);
  CHECK(desk.posted == std::vector<json>{{{"narrative", "重复扣款"},
                                          {"channel", "网点"},
                                          {"matter", "enquiry"},
                                          {"received_at", "2026-11-30T09:30:00+08:00"}}});
  CHECK(case_new(desk.options, {"narrative=n", "涉及金额=500"}, "") == exit_refused);
  CHECK(streams.err.str().find("amount_fen (涉及金额（分）") != std::string::npos);
  CHECK(desk.posted.size() == 1);
}

}  // namespace
}  // namespace redress::tool
