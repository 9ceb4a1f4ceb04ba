#include "ops/tool/lag_command.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr int again_ms = 1'000;
constexpr char interrupt = 3;  // Ctrl-C

// Single keys from the terminal, unechoed, as long as it lives; not a terminal: none ever come.
class Keys {
 public:
  Keys() : is_terminal_{::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &before_) == 0} {
    if (!is_terminal_) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    is_terminal_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
  }
  ~Keys() {
    if (is_terminal_) static_cast<void>(::tcsetattr(STDIN_FILENO, TCSANOW, &before_));
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  // The next key, or nothing after `again_ms`.
  [[nodiscard]] std::optional<char> wait() const {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, is_terminal_ ? 1 : 0, again_ms);
    char key = 0;
    if (ready > 0 && ::read(STDIN_FILENO, &key, 1) != 1) return interrupt;  // the terminal is gone
    return ready > 0 ? std::optional{key} : std::nullopt;
  }
  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

 private:
  termios before_{};
  bool is_terminal_;
};

// What a key does to the view; false: it ends the screen.
bool obey(char key, LagView& view) {
  switch (key) {
    case 'n':
      view.order = LagOrder::site;
      return true;
    case 's':
      view.order = LagOrder::state;
      return true;
    case 'e':
      view.order = LagOrder::entries;
      return true;
    case 'o':
      view.order = LagOrder::oldest;
      return true;
    case 'c':
      view.order = LagOrder::contact;
      return true;
    case 't':
      view.order = LagOrder::took;
      return true;
    case 'r':
      view.reversed = !view.reversed;
      return true;
    default:
      return key != 'q' && key != interrupt;
  }
}

// Rows of branches that fit below the summary, the heads and the keys, a reason or two among them.
std::size_t rows_that_fit() {
  constexpr std::size_t around = 6;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row <= around) return 0;
  return size.ws_row - around;
}

Result<json> ask(Client& client) {
  auto answer = client.get("/api/v1/lag");
  if (!answer) return answer;
  if (const auto ready = client.get("/readyz")) (*answer)["room"] = (*ready)["room"];
  return answer;
}

int watch(const Options& options, Client& client, LagView view) {
  const Keys keys;
  view.took = view.summary = true;
  for (;;) {
    const auto answer = ask(client);
    std::string screen = "\033[H\033[2J";
    if (answer) {
      view.rows = keys.is_terminal() ? rows_that_fit() : 0;
      screen += lag_table(*answer, view);
    } else {
      screen += answer.error().what + "\n";
    }
    if (keys.is_terminal()) {
      screen += view.chinese ? "\n排序：n 机构 s 状态 e 条数 o 最早 c 联系 t 用时；r 反序；q 退出\n"
                             : "\nsort: n site, s state, e entries, o oldest, c contact, t took; r reverse; q quit\n";
    }
    std::cout << screen << std::flush;
    if (!std::cout) return report(options, {Code::io, "write the screen", ""});
    const auto key = keys.wait();
    if (key && !obey(*key, view)) return exit_done;
  }
}

}  // namespace

int lag(const Options& options, const LagCommand& command) {
  const auto order = lag_order_named(command.sort);
  if (!order) {
    return report(options,
                  {Code::bad_value, "one of site, state, entries, oldest, contact, took: " + command.sort, "--sort"});
  }
  LagView view;
  view.order = *order;
  view.reversed = command.reversed;
  view.chinese = speaks_chinese(options);
  auto client = connect(options, Acts::as_operations);
  if (!client) return report(options, client.error());
  if (command.watch && !options.json) return watch(options, *client, view);
  const auto answer = ask(*client);
  if (!answer) return report(options, answer.error());
  if (options.json) {
    print_json(*answer);
  } else {
    std::cout << lag_table(*answer, view);
  }
  return exit_done;
}

}  // namespace redress::tool
