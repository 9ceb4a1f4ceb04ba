#include <cstdio>
#include <string>
#include <string_view>

#include "ops/shell/config.h"

namespace redress::shell {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04X", static_cast<unsigned>(byte));
      out += escape;
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string quoted(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out.append(out.size() > 1 ? ", " : "").append(quoted(text));
  return out + "]";
}

// Collects the lines of the file.
class Page {
 public:
  void title(std::string_view english, std::string_view chinese) { comment(english, chinese); }
  void section(std::string_view name) { text_.append("\n[").append(name).append("]\n"); }
  void key(std::string_view name, const std::string& value, std::string_view english, std::string_view chinese) {
    comment(english, chinese);
    text_.append(name).append(" = ").append(value).append("\n");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void comment(std::string_view english, std::string_view chinese) {
    text_.append("# ").append(english).append("\n# ").append(chinese).append("\n");
  }
  std::string text_;
};

void write_site(Page& page, const Config& config) {
  page.section("site");
  page.key("id", std::to_string(config.site.id.value()), "This site's number; 1 is head office. Never changed later.",
           "本站点编号；1 为总行。以后不得更改。");
  page.key("name", quoted(config.site.name), "The name that people see.", "显示给人看的名称。");
  page.key("zone", quoted(config.site.zone), "Time zone of dates shown (IANA name, or UTC).",
           "显示日期所用的时区（IANA 名称或 UTC）。");
  page.key("language", quoted(config.site.language), "Language where nobody chose one: zh or en.",
           "未作选择时的语言：zh 或 en。");
}

void write_store(Page& page, const Config& config) {
  page.section("store");
  page.key("path", quoted(config.store.path), "Folder of the data; relative paths start from this file's folder.",
           "数据目录；相对路径以本文件所在目录为起点。");
  page.key("journal_map_mib", std::to_string(config.store.journal_map_mib),
           "Address space of the journal at first in MiB, 16 to 1048576; disk is used only as it fills.",
           "日志库初始映射（MiB），16 至 1048576；按需占用磁盘。");
  page.key("journal_limit_mib", std::to_string(config.store.journal_limit_mib),
           "How far the journal may grow in MiB, at least journal_map_mib; the last 64 MiB take no new cases.",
           "日志库容量上限（MiB），不小于 journal_map_mib；最后 64 MiB 不再接受新登记。");
  page.key("views_map_mib", std::to_string(config.store.views_map_mib),
           "Address space of the views at first in MiB, 16 to 1048576; they can always be rebuilt.",
           "视图库初始映射（MiB），16 至 1048576；可随时重建。");
  page.key("views_limit_mib", std::to_string(config.store.views_limit_mib),
           "How far the views may grow in MiB, at least views_map_mib.",
           "视图库容量上限（MiB），不小于 views_map_mib。");
  page.key("ballast_mib", std::to_string(config.store.ballast_mib),
           "Disk space held back in MiB for receipts and deletes when the disk is full, 0 to 1024; 0: none.",
           "预留的磁盘空间（MiB），供磁盘写满时保存回执与删除之用，0 至 1024；0 表示不预留。");
}

void write_link(Page& page, const Config& config) {
  page.section("link");
  if (config.role == Role::gateway) {
    page.key("listen", quoted(config.link.listen), "Where branches connect to: tcp://address:port.",
             "网点连接的地址：tcp://地址:端口。");
  } else {
    page.key("connect", quoted(config.link.connect), "Head office's gateway: tcp://host:port.",
             "总行网关：tcp://主机:端口。");
  }
  page.key("heartbeat_ms", std::to_string(config.link.heartbeat_ms),
           "A sign of life after so many ms of silence, 200 to 60000.", "静默多少毫秒后发送心跳，200 至 60000。");
  page.key("window_kib", std::to_string(config.link.window_kib),
           "How much may be under way without a receipt, in KiB, 64 to 4096.",
           "未收到回执前可在途的数据量（KiB），64 至 4096。");
  if (config.role != Role::gateway) return;
  page.key("quota_kib_s", std::to_string(config.link.quota_kib_s),
           "What is taken from one site while others send too, in KiB a second, 256 to 1048576; more waits.",
           "多个机构同时发送时，每个机构每秒可接收的数据量（KiB），256 至 1048576；超出部分等待。");
}

void write_door(Page& page, const Config& config) {
  page.section("door");
  if (config.role == Role::gateway) {
    page.key("listen", quoted(config.door.listen),
             "Address and port of the HTTP door; off loopback only with certificate and key.",
             "HTTP 服务的地址和端口；非本机回环地址必须配置证书和私钥。");
  } else {
    page.key("listen", quoted(config.door.listen), "Address and port of the HTTP door; loopback only.",
             "HTTP 服务的地址和端口；仅限本机回环地址。");
  }
  page.key("hosts", quoted(config.door.hosts), "Further host names under which browsers may call it.",
           "允许浏览器使用的其他主机名。");
  if (config.role == Role::branch) return;
  page.key("certificate", quoted(config.door.certificate), "Certificate chain (PEM file); empty for plain HTTP.",
           "证书链（PEM 文件）；留空则为明文 HTTP。");
  page.key("key", quoted(config.door.key),
           "The certificate's private key (PEM file), mode 0600; refused if group or others have any right to it.",
           "证书私钥（PEM 文件），权限 0600；同组或其他用户有任何权限即被拒绝。");
}

}  // namespace

std::string commented_config(const Config& config) {
  Page page;
  page.title("Configuration of Redress. All errors are reported at once when the program starts.",
             "Redress 配置文件。程序启动时一次性报告全部错误。");
  page.key("role", config.role == Role::gateway ? "\"gateway\"" : "\"branch\"",
           "What this program is: branch or gateway (head office).",
           "本程序的角色：branch（网点）或 gateway（总行）。");
  write_site(page, config);
  write_store(page, config);
  write_link(page, config);
  write_door(page, config);
  page.section("keys");
  page.key("keystore", quoted(config.keys.keystore), "File of this site's keys; back it up apart from the data.",
           "本站点密钥文件；请与数据分开备份。");
  page.key("passphrase_file", quoted(config.keys.passphrase_file),
           "File with the keystore's passphrase, mode 0600; refused if group or others have any right to it.",
           "密钥文件口令所在的文件，权限 0600；同组或其他用户有任何权限即被拒绝。");
  page.section("log");
  page.key("file", quoted(config.log.file), "Where the log goes; empty for standard error.",
           "日志文件；留空则写到标准错误。");
  page.key("level", quoted(config.log.level), "Least level written: debug, info, warn or error.",
           "记录的最低级别：debug、info、warn 或 error。");
  page.section("rules");
  page.key("profiles", quoted(config.rules.profiles),
           "Policy profiles whose limits are shown with a case; `redress-ops rules` lists those known.",
           "随投诉显示期限的制度方案；`redress-ops rules` 可列出已知方案。");
  page.key("files", quoted(config.rules.files),
           "Further calendars (*.calendar) and profiles (*.profile), read in this order; the same ones at every site.",
           "另行读入的日历（*.calendar）和制度方案（*.profile），按此顺序；各机构应一致。");
  return page.take();
}

}  // namespace redress::shell
