#include "ops/demonstration/screen.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace redress::demo {
namespace {

TEST_CASE("Screen: bars grow with the lag, and nothing behind is a dot") {
  CHECK(bars({}).empty());
  CHECK(bars({0, 1, 8, 16}) == "·▁▄█");
  CHECK(bars({1, 2}) == "▁▂");  // scaled to 8 at least
}

TEST_CASE("Screen: Chinese text takes two columns a character") {
  CHECK(width_of("abc") == 3);
  CHECK(width_of("网点 11") == 7);
  CHECK(width_of("≥ ●✂") == 4);
  CHECK(width_of("𠮷") == 2);
}

TEST_CASE("Screen: a lag without contact is at least so much") {
  CHECK(to_text({0, false, 0}) == "0");
  CHECK(to_text({12, true, 8200}) == "≥ 12, 8.2 s");
  CHECK(to_text({12, false, 61'000}) == "12, 61 s");
}

TEST_CASE("Screen: a row a site, its numbers in the same columns") {
  ScreenView view;
  view.elapsed_ms = 65'000;
  view.registered = 42;
  view.sites = {{SiteId{10}, "一级行", true, false, {0, false, 0}, {7, false, 100}, 300, {0, 7}},
                {SiteId{12}, "a", false, true, {5, true, 9000}, {0, true, 0}, std::nullopt, {3, 5}}};
  view.news = {"the line is cut"};
  view.paste = {"redress-ops lag"};
  const auto lines = screen_lines(view);
  REQUIRE(lines.size() == 11);
  CHECK(lines[0].find("1:05") != std::string::npos);
  CHECK(lines[0].find("42") != std::string::npos);
  CHECK(width_of(lines[4].substr(0, lines[4].find("7, 0.1 s"))) == width_of(lines[5].substr(0, lines[5].find("≥ 0"))));
  CHECK(lines[5].find("cut") != std::string::npos);
  CHECK(lines[7].find("the line is cut") != std::string::npos);
  CHECK(lines[10].find("redress-ops lag") != std::string::npos);
  CHECK(plain_line(view) == "1:05 registered 42 disposed 0 | 10 up ↑ 0 ↓ 7, 0.1 s | 12 cut ↑ ≥ 5, 9.0 s ↓ ≥ 0");
}

TEST_CASE("Terminal: what was on the screen before comes back") {
  std::ostringstream out;
  {
    Terminal terminal{out};
    terminal.draw({"one", "two"});
  }
  const std::string text = out.str();
  CHECK(text.find("\x1b[?1049h") == 0);
  CHECK(text.find("one\x1b[K\r\ntwo") != std::string::npos);
  CHECK(text.substr(text.size() - 8) == "\x1b[?1049l");
}

}  // namespace
}  // namespace redress::demo
