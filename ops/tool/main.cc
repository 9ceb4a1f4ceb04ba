// redress-ops: the one tool for clerks, officers and operations at a terminal. Wiring only.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

#include "ops/shell/process.h"
#include "ops/tool/case_commands.h"
#include "ops/tool/export_command.h"
#include "ops/tool/import_command.h"
#include "ops/tool/init.h"
#include "ops/tool/lag_command.h"
#include "ops/tool/list_commands.h"
#include "ops/tool/repair_commands.h"
#include "ops/tool/rules_command.h"
#include "ops/tool/session.h"
#include "ops/tool/site_commands.h"
#include "ops/tool/terminal.h"

namespace redress::tool {
namespace {

constexpr const char* fields_help =
    "name=value …; @FILE, or - for standard input: one name=value a line, a line that begins with a space goes on with "
    "the value above; keeps what a customer said out of the list of processes / 名称=值；@文件 或 "
    "-（标准输入）：每行一个 "
    "名称=值，空格开头的行接续上一行的值；客户信息不会出现在进程列表中";

// What the chosen subcommand will do, once the whole line has been read.
struct Line {
  Options options;
  InitOptions init;
  EnrolOptions enrol;
  ImportCommand import;
  ExportCommand exported;
  std::vector<std::string> fields, words;
  std::string profile, law = "cn", day;
  CaseFilter filter;
  std::string id, kind, key, folder, code, reason;
  std::uint32_t site = 0;
  TokenOptions token;
  std::size_t limit = 50;
  LagCommand lag;
  bool why = false;
  bool sure = false;              // the form asks for no confirmation
  std::optional<Error> not_text;  // the first of what was said that is none
  std::function<int()> run;
};

CLI::App* add(CLI::App& app, Line& line, const char* name, const char* what, std::function<int()> run) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--home", line.options.home, "the site's folder; else $REDRESS_HOME, else the current one");
  command->add_flag("--json", line.options.json,
                    "one JSON object on standard output; errors as JSON on standard error");
  command->add_option("--lang", line.options.language, "zh or en")->check(CLI::IsMember({"zh", "en"}));
  command->callback([&line, run = std::move(run)] { line.run = run; });
  return command;
}

// A name of a file may be any bytes but NUL, and is left as it is.
bool names_a_file(const std::string& option, const std::string& value) {
  constexpr std::array<std::string_view, 7> always{"--home", "--token", "--mapping", "--rejects",
                                                   "--out",  "--from",  "file"};
  const bool may = option == "fields" || option == "--join";
  return std::find(always.begin(), always.end(), option) != always.end() || (may && value.starts_with('@'));
}

// `value` of `option` as UTF-8; what is not to run over several lines has no line ends or other controls either.
void take_text(Line& line, const std::string& option, std::string& value) {
  if (line.not_text || names_a_file(option, value)) return;
  const auto text = utf8_of(value, terminal_writes_gb18030());
  const bool several_lines = option == "fields" || option == "words";
  if (!text) {
    line.not_text = not_utf8(option);
  } else if (!several_lines && has_controls(*text)) {
    line.not_text = Error{Code::bad_value, "line ends or other control characters (有换行等控制字符)", option};
  } else {
    value = *text;
  }
}

// Everything that is said on the command line comes in here, before any other check.
void take_texts(CLI::App& app, Line& line) {
  for (CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    option->transform(CLI::Validator{[&line, name](std::string& value) {
                                       take_text(line, name, value);
                                       return std::string{};
                                     },
                                     ""});
  }
  for (CLI::App* command : app.get_subcommands(nullptr)) take_texts(*command, line);
}

// Of a case: as whom.
CLI::App* add_case(CLI::App& app, Line& line, const char* name, const char* what, std::function<int()> run) {
  CLI::App* command = add(app, line, name, what, std::move(run));
  command->add_option("--token", line.options.token_file, "as this person: the file that holds their token / 令牌文件");
  return command;
}

// Which cases: the same for the list, the search and the counts.
void add_filter(CLI::App& command, CaseFilter& filter) {
  command.add_option("--state", filter.state, "only cases in this state, in any of its names / 状态");
  command.add_option("--unit", filter.unit, "only cases that this site handles / 承办机构号");
  command.add_option("--registrar", filter.registrar, "only cases that this site registered / 登记机构号");
  command.add_option("--channel", filter.channel, "only cases of this channel / 投诉渠道");
  command.add_option("--due-before", filter.due_before, "only what is due before: RFC 3339, or now / 此时之前到期");
  command.add_flag("--late", filter.late, "only what is overdue / 已逾期");
}

// How many cases, and from where on.
void add_page(CLI::App& command, Line& line) {
  command.add_option("--limit", line.limit, "at most so many / 最多条数")->check(CLI::Range(1, 10'000));
  command.add_option("--before", line.filter.before,
                     "go on where an answer ended: what it said (`next` of --json) / 接着上次的结果往后列");
}

Confirm confirm_of(const Line& line) { return line.sure ? Confirm::skip : Confirm::ask; }

void add_yes(CLI::App& command, Line& line) {
  command.add_flag("--yes", line.sure, "the form saves without asking once more / 填完即保存，不再确认");
}

void add_cases(CLI::App& app, Line& line) {
  CLI::App* cases = app.add_subcommand("case", "register, list, read, act / 登记、列表、查看、办理");
  cases->require_subcommand(1);
  CLI::App* fresh = add_case(*cases, line, "new", "register a case; asks field by field if none is given / 登记",
                             [&] { return case_new(line.options, line.fields, line.key, confirm_of(line)); });
  fresh->add_option("fields", line.fields, fields_help);
  fresh->add_option("--key", line.key, "Idempotency-Key: the same key never registers twice");
  add_yes(*fresh, line);
  CLI::App* list = add_case(*cases, line, "list", "newest first / 列表",
                            [&] { return case_list(line.options, line.filter, line.limit); });
  add_filter(*list, line.filter);
  add_page(*list, line);
  list->add_option("--sort", line.filter.sort, "newest, or due: what is due next comes first / 排序")
      ->check(CLI::IsMember({"newest", "due"}));
  CLI::App* search = add_case(*cases, line, "search", "cases with these words in an entry, open and closed / 查找",
                              [&] { return case_search(line.options, line.words, line.filter, line.limit); });
  search
      ->add_option("words", line.words, "all of them, of two characters at least, or three letters or digits / 关键词")
      ->required();
  add_filter(*search, line.filter);
  add_page(*search, line);
  CLI::App* count = add_case(*cases, line, "count", "how many, by state, unit and channel / 统计",
                             [&] { return case_count(line.options, line.filter); });
  add_filter(*count, line.filter);
  CLI::App* show = add_case(*cases, line, "show", "one case with its timeline / 查看",
                            [&] { return case_show(line.options, line.id, line.why); });
  show->add_flag("--why", line.why, "explain each due date / 说明每个期限");
  show->add_option("case", line.id, "its number or id")->required();
  CLI::App* act = add_case(*cases, line, "act", "record what was done / 办理", [&] {
    return case_act(line.options, line.id, line.kind, line.fields, line.key, confirm_of(line));
  });
  act->add_option("case", line.id, "its number or id")->required();
  act->add_option("kind", line.kind, "which act, as `case kinds` lists them, in any of its names / 事项，中文名亦可")
      ->required();
  act->add_option("fields", line.fields, fields_help);
  act->add_option("--key", line.key, "Idempotency-Key: the same key never acts twice");
  add_yes(*act, line);
  CLI::App* kinds = add_case(*cases, line, "kinds", "what may be recorded, and by whom / 可办理事项",
                             [&] { return case_kinds(line.options, line.kind); });
  kinds->add_option("kind", line.kind, "only this one, with its fields");
}

void add_sites(CLI::App& app, Line& line) {
  CLI::App* init_command =
      add(app, line, "init", "make a site's home / 建立机构目录", [&] { return init(line.options, line.init); });
  init_command->add_option("--role", line.init.role, "gateway or branch")
      ->required()
      ->check(CLI::IsMember({"gateway", "branch"}));
  init_command->add_option("--name", line.init.name, "what people call it");
  init_command->add_option("--zone", line.init.zone, "IANA time zone");
  init_command->add_option("--listen", line.init.listen, "gateway: where branches connect, tcp://address:port");
  init_command->add_option("--door", line.init.door, "where the HTTP door listens, address:port");
  init_command->add_option("--join", line.init.join,
                           "branch: @FILE with the enrolment token in it, or the token / 登记凭证：@文件");
  init_command->add_option("--desk-role", line.init.desk_roles, "a role of whoever sits at the desk / 柜台人员角色");
  CLI::App* enrol_command = add(app, line, "enrol", "head office: print a one-time token for a site / 登记机构",
                                [&] { return enrol(line.options, line.enrol); });
  enrol_command
      ->add_option("--site", line.enrol.site,
                   "its number, from 2; of a revoked site for the PC that replaces its own / 机构号")
      ->required();
  enrol_command->add_option("--name", line.enrol.name, "what people call it")->required();
  enrol_command->add_option("--parent", line.enrol.parent, "its supervisor: 1 (head office) or a primary branch");
  enrol_command->add_option("--zone", line.enrol.zone, "IANA time zone");
  enrol_command->add_option("--endpoint", line.enrol.endpoint, "where the branch reaches the gateway, tcp://host:port");
  CLI::App* token_command = add(app, line, "token", "add an API token for a person / 发放令牌",
                                [&] { return token(line.options, line.token); });
  token_command->add_option("--staff", line.token.staff, "the person's number")->required();
  token_command->add_option("--duty", line.token.duty, "casework or operations");
  token_command->add_option("--role", line.token.roles, "a role of the profiles, as `rules ID` lists them / 角色");
  CLI::App* revoke_command = add(app, line, "revoke", "head office: a site's key opens nothing any more / 吊销",
                                 [&] { return revoke(line.options, line.site); });
  revoke_command->add_option("--site", line.site, "its number")->required();
  add(app, line, "sites", "the sites that belong / 机构清单", [&] { return sites(line.options); });
  CLI::App* lag_command = add(app, line, "lag", "how far each site is behind, both ways / 滞后",
                              [&] { return lag(line.options, line.lag); });
  lag_command->add_flag("--watch", line.lag.watch, "a live screen, again every second / 实时画面");
  lag_command->add_option("--sort", line.lag.sort,
                          "site, state, entries, oldest, contact or took: the worst first / 排序");
  lag_command->add_flag("--reverse", line.lag.reversed, "the other way round / 反序");
}

void add_care(CLI::App& app, Line& line) {
  CLI::App* import_app = add(app, line, "import", "register a table of complaints / 导入",
                             [&] { return import_file(line.options, line.import); });
  import_app->add_option("file", line.import.file, "CSV: UTF-8 or GB18030")->required()->check(CLI::ExistingFile);
  import_app->add_option("--mapping", line.import.mapping, "cfpb, ledger_zh, or a mapping file")->required();
  import_app->add_option("--rejects", line.import.rejects,
                         "write the rows that were not registered there (customer text; mode 0600)");
  import_app->add_option(
      "--part", line.import.part,
      "k/n: only every n-th row, from the k-th; k counts from 0, so that 0/3, 1/3 and 2/3 are the whole / "
      "只导入每 n 行中的第 k 行，k 从 0 数起：0/3、1/3、2/3 合为全表");
  CLI::App* export_app = add(app, line, "export", "every case held here: a JSON object a line, or a table / 导出",
                             [&] { return export_cases(line.options, line.exported); });
  export_app->add_option("--out", line.exported.out, "to this file (mode 0600)");
  export_app->add_option("--mapping", line.exported.mapping,
                         "a table in this layout: cfpb, ledger_zh, or a mapping file / 台账");
  export_app->add_option("--encoding", line.exported.encoding, "of the table")
      ->check(CLI::IsMember({"utf-8", "gb18030"}));
  export_app->add_flag("--plain", line.exported.plain, "a table with personal data as it is / 不脱敏");
  add(app, line, "verify", "walk chains, proofs and rows; name the first bad place / 校验",
      [&] { return verify(line.options); });
  add(app, line, "rebuild", "make lists and search again from the ledger, beside, and swap them in / 重建视图",
      [&] { return rebuild(line.options); });
  CLI::App* backup_app = add(app, line, "backup", "a consistent copy in a new folder / 备份",
                             [&] { return backup(line.options, line.folder); });
  backup_app->add_option("--to", line.folder, "the folder")->required();
  CLI::App* restore_app = add(app, line, "restore", "put a backup in the place of this home's journal / 恢复",
                              [&] { return restore(line.options, line.folder); });
  restore_app->add_option("--from", line.folder, "the folder that `backup` made")->required();
  add(app, line, "alarms", "what waits for a person to know it / 告警", [&] { return alarms(line.options); });
  CLI::App* recover_app =
      add(app, line, "recover", "head office: wait no longer for sites that were not heard / 结束恢复",
          [&] { return recover(line.options, line.reason); });
  recover_app->add_option("--reason", line.reason, "why they will not come")->required();
  CLI::App* rules_app = add(app, line, "rules", "policy profiles, and what is wrong with one / 制度方案",
                            [&] { return rules(line.options, line.profile, line.law, line.day); });
  rules_app->add_option("profile", line.profile, "check this one; else list all");
  rules_app->add_option("--law", line.law, "the regulation that it must not exceed");
  rules_app->add_option("--on", line.day, "the version in force on this day (2026-03-01); else today's");
  CLI::App* explain_app =
      add(app, line, "explain", "what a code means and who must act, or what a rule asks / 解释代码或规则",
          [&] { return explain(line.options, line.code); });
  explain_app->add_option("code", line.code, "its name or number, or a rule's tag: ORG-64 / 代码名、编号或规则号")
      ->required();
}

// A line that was not understood still says in which form it wants to hear so.
bool asks_for_json(int argc, char** argv) {
  return std::any_of(argv, argv + argc, [](const char* word) { return std::string_view{word} == "--json"; });
}

int run(int argc, char** argv) {
  CLI::App app{
      "redress-ops: everything about a site from a terminal\nexit status: 0 done, 1 command line, 2 refused, 3 no "
      "answer or a broken file, 4 done but something needs a person"};
  app.require_subcommand(1);
  app.set_version_flag("--version", shell::version_text("redress-ops"));
  Line line;
  line.options.language = language_of_environment();
  // Before any secret is in memory, whatever the command.
  const Status hardened = shell::harden();
  if (!hardened) return report(line.options, hardened.error());
  // Read once, here: as an option's own default it would be taken for every subcommand, the chosen one or not.
  if (const char* home = std::getenv("REDRESS_HOME"); home != nullptr) line.options.home = home;
  add_sites(app, line);
  add_cases(app, line);
  add_care(app, line);
  take_texts(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (asks_for_json(argc, argv)) line.options.json = true;
    if (error.get_exit_code() == 0 || !line.options.json)
      return finish(line.options, app.exit(error) == 0 ? exit_done : exit_command_line);
    static_cast<void>(report(line.options, {Code::malformed, error.what(), "command line"}));
    return exit_command_line;
  }
  return finish(line.options, line.not_text ? report(line.options, *line.not_text) : line.run());
}

}  // namespace
}  // namespace redress::tool

int main(int argc, char** argv) { return redress::tool::run(argc, argv); }
