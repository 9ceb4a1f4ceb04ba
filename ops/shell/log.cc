#include "ops/shell/log.h"

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>

#include "protocol/base/bytes.h"

namespace redress::shell {
namespace {

constexpr std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

// U+0080..U+009F move some terminals as ESC sequences do.
bool has_c1_control(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if (static_cast<unsigned char>(text[i]) == 0xC2 && second >= 0x80 && second < 0xA0) return true;
  }
  return false;
}

// Shortened to the limit without leaving half a character.
std::string_view cut(std::string_view text) {
  if (text.size() <= logged_value_bytes_max) return text;
  std::size_t end = logged_value_bytes_max;
  while (end > logged_value_bytes_max - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

void append_value(std::string& line, std::string_view whole) {
  const std::string_view value = cut(whole);
  const bool readable = is_plain_utf8(value) && !has_c1_control(value);
  const bool quoted = value.empty() || std::any_of(value.begin(), value.end(), [](unsigned char c) {
                        return c == ' ' || c == '"' || c == '\\' || c == '=' || is_control(c);
                      });
  if (quoted) line += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_control(byte) || (byte >= 0x80 && !readable)) {
      line += "\\x" + to_hex(view_of(std::string_view{&c, 1}));
    } else {
      if (c == '"' || c == '\\') line += '\\';
      line += c;
    }
  }
  if (value.size() < whole.size()) line += "…";
  if (quoted) line += '"';
}

}  // namespace

struct Log::Inside {
  explicit Inside(spdlog::sink_ptr sink) : logger{"redress", std::move(sink)} {}
  spdlog::logger logger;
};

std::string log_text(LogLevel level, std::string_view room, std::string_view event, Facts facts) {
  std::string line{word_of(level)};
  line.append(" ").append(room).append(": ").append(event);
  for (const Fact& fact : facts) {
    line.append(" ").append(fact.key).append("=");
    append_value(line, fact.value);
  }
  return line;
}

Log::Log(std::unique_ptr<Inside> inside) noexcept : inside_{std::move(inside)} {}
Log::~Log() { inside_->logger.flush(); }

Result<std::unique_ptr<Log>> Log::open(LogLevel level, const std::string& file) {
  try {
    spdlog::sink_ptr sink;
    if (file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      // spdlog opens with the mode of fopen: so the file is there before, with ours.
      const int made = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
      if (made < 0) return fail(Code::io, "open the log: errno=" + std::to_string(errno), "log.file");
      close(made);
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file, false);
    }
    auto inside = std::make_unique<Inside>(std::move(sink));
    inside->logger.set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc));
    inside->logger.set_level(spdlog_level(level));
    inside->logger.flush_on(spdlog::level::warn);
    return std::unique_ptr<Log>{new Log{std::move(inside)}};
  } catch (const std::exception&) {
    return fail(Code::io, "open the log", "log.file");
  }
}

void Log::write(LogLevel level, std::string_view room, std::string_view event, Facts facts) {
  if (!inside_->logger.should_log(spdlog_level(level))) return;
  inside_->logger.log(spdlog_level(level), spdlog::string_view_t{log_text(level, room, event, facts)});
}

}  // namespace redress::shell
