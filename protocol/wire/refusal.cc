#include "protocol/wire/refusal.h"

#include <array>
#include <string>

#include "protocol/base/assert.h"

namespace redress::wire {
namespace {

constexpr std::array reasons{
    Reason{Code::malformed, "malformed", Actor::clerk, "格式不正确，无法读取。请按提示改正后重试。",
           "The input is not well formed. Correct the place named and try again."},
    Reason{Code::too_large, "too_large", Actor::clerk, "内容超过上限。请缩短后重试；什么也没有丢失。",
           "Over the limit. Shorten it and try again; nothing was lost."},
    Reason{Code::missing_field, "missing_field", Actor::clerk, "缺少必填项。",
           "A field that must be given is missing."},
    Reason{Code::unknown_field, "unknown_field", Actor::clerk, "没有这个字段。",
           "This kind of event has no such field."},
    Reason{Code::bad_value, "bad_value", Actor::clerk, "字段的值不符合要求。",
           "The field's value is outside its type or range."},
    Reason{Code::unknown_kind, "unknown_kind", Actor::clerk, "没有这种事项。", "There is no such kind of event."},
    Reason{Code::not_found, "not_found", Actor::clerk, "没有找到。", "There is no such thing here."},
    Reason{Code::key_missing, "key_missing", Actor::programmer, "写入请求必须带 Idempotency-Key。",
           "A write must carry an Idempotency-Key header."},
    Reason{Code::key_reused, "key_reused", Actor::programmer, "同一个 Idempotency-Key 已用于其他内容；本次没有执行。",
           "This Idempotency-Key was used with other content; nothing was done."},
    Reason{Code::changed, "changed", Actor::clerk, "案件在您查看之后有了变化。请刷新后再试。",
           "The case changed since it was shown. Look again, then decide."},
    Reason{Code::bad_config, "bad_config", Actor::operations, "配置有误，已全部列出。",
           "The configuration has errors; all of them are listed."},
    Reason{Code::method, "method", Actor::programmer, "此地址不支持该方法。",
           "This address does not take that method."},
    Reason{Code::bad_host, "bad_host", Actor::operations, "请求的主机名或来源不被允许。",
           "The Host or Origin is not this door's."},
    Reason{Code::unauthenticated, "unauthenticated", Actor::clerk, "未登录，或凭证在此无效。",
           "No token, or one that is not known here."},
    Reason{Code::forbidden, "forbidden", Actor::clerk, "规则不允许此人或此机构这样做。",
           "The rule named does not let this role or site do it."},
    Reason{Code::wrong_state, "wrong_state", Actor::clerk, "案件当前状态不允许这样做。",
           "The rule named does not allow it in the case's present state."},
    Reason{Code::version, "version", Actor::operations, "双方没有共同的协议版本。请先升级总行网关，再升级网点。",
           "No protocol version in common. Upgrade the gateway first, then the branches."},
    Reason{Code::network, "network", Actor::operations, "对方属于另一套部署。",
           "The peer belongs to another deployment."},
    Reason{Code::suite, "suite", Actor::operations, "双方的密码算法套件不同。",
           "The peer uses another suite of algorithms."},
    Reason{Code::unknown_site, "unknown_site", Actor::head_office, "该密钥没有登记到任何机构。请重新登记。",
           "The key is bound to no site. Enrol the site again."},
    Reason{Code::foreign_site, "foreign_site", Actor::head_office, "报文自称的机构与密钥不符。",
           "A frame names another site than the one its key is bound to."},
    Reason{Code::revoked, "revoked", Actor::head_office, "该机构的密钥已被吊销；本地内容仍在。",
           "The site's key was revoked. What is stored there stays there."},
    Reason{Code::invite_expired, "invite_expired", Actor::head_office, "登记凭证已过期，请总行重新发放。",
           "The enrolment token has expired. Ask head office for a new one."},
    Reason{Code::invite_used, "invite_used", Actor::head_office, "登记凭证已被另一把密钥使用；请立即核查。",
           "The enrolment token was used by another key. Look into it at once."},
    Reason{Code::bad_frame, "bad_frame", Actor::programmer, "报文无法解析，会话已中止。",
           "A frame could not be read; the session ended."},
    Reason{Code::unexpected_frame, "unexpected_frame", Actor::programmer, "此时不应收到该报文，会话已中止。",
           "A frame that this state does not take; the session ended."},
    Reason{Code::stale_session, "stale_session", Actor::nobody, "该会话已被新的会话取代。",
           "Another session has replaced this one."},
    Reason{Code::bad_signature, "bad_signature", Actor::head_office, "签名无效，内容未被接受。",
           "A signature does not hold; nothing was accepted."},
    Reason{Code::bad_chain, "bad_chain", Actor::head_office, "记录的链条不连续，内容未被接受。",
           "An entry does not link to the one before; nothing was accepted."},
    Reason{Code::bad_author, "bad_author", Actor::head_office, "记录的作者不是该日志的所有者。",
           "An entry's author does not own its journal."},
    Reason{Code::hole, "hole", Actor::nobody, "前面的记录尚未到达；从所示位置重发。",
           "Earlier entries are missing; resend from the place named."},
    Reason{Code::fork, "fork", Actor::head_office,
           "同一位置有两条不同的记录：该机构的数据曾被恢复或复制。双方内容都保留并各计一次，系统自行修复；请查明原因。",
           "Two different entries at one place: the store was restored or copied. Both are kept and count; it repairs "
           "itself. Find out why."},
    Reason{Code::old_image, "old_image", Actor::head_office,
           "该机构的数据比对方持有的旧：可能由旧备份恢复或被复制。系统自行修复；请查明原因。",
           "The store is older than what the other end holds of it: restored from an old image, or a copy. It repairs "
           "itself. Find out why."},
    Reason{Code::recovering, "recovering", Actor::nobody, "总行网关正在恢复，请稍后再试。",
           "The gateway is refilling itself; come back later."},
    Reason{Code::retry_later, "retry_later", Actor::nobody, "暂时不能接收；内容留在本地，稍后自动重试。",
           "Nothing was taken; keep it and come back later."},
    Reason{Code::silent, "silent", Actor::nobody, "对方太久没有回应，线路将重建。",
           "The peer was not heard for too long; the line is rebuilt."},
    Reason{Code::store_full, "store_full", Actor::operations,
           "本机存储空间已满，本次没有登记；已存内容安全。请联系运维。",
           "No room for new entries; this one was not saved. What is stored is safe. Call operations."},
    Reason{Code::busy, "busy", Actor::nobody, "正忙，请稍后用同一编号重试。",
           "Too much at once. Try again with the same key."},
    Reason{Code::unknown_outcome, "unknown_outcome", Actor::clerk,
           "是否已保存尚不确定。请用同一编号再次提交，不会重复登记。",
           "Whether it was saved is not known. Send it again with the same key; it will not count twice."},
    Reason{Code::draining, "draining", Actor::nobody, "程序正在停止，请稍后用同一编号重试。",
           "The program is stopping. Try again with the same key."},
    Reason{Code::io, "io", Actor::operations, "系统调用失败。", "A system call failed."},
    Reason{Code::damaged, "damaged", Actor::operations, "存储的内容与其摘要不符：已损坏或被改动。",
           "Stored bytes do not agree with their digest: damaged or altered."},
    Reason{Code::wrong_key, "wrong_key", Actor::operations, "口令或密钥不对；内容没有损坏。",
           "The passphrase or key is not the right one. Nothing is damaged."},
    Reason{Code::in_use, "in_use", Actor::operations, "另一个进程正在使用这里的数据。",
           "Another process holds this store."},
    Reason{Code::newer_format, "newer_format", Actor::operations, "数据由更新的程序写成，请升级。",
           "Written by a newer program. Upgrade this one."},
    Reason{Code::key_waiting, "key_waiting", Actor::nobody, "案件密钥尚未到达，稍后自动显示。",
           "The case's key has not come yet; it will show by itself."},
    Reason{Code::unreachable, "unreachable", Actor::operations, "连接不上服务。", "No answer from the daemon."},
};

}  // namespace

std::span<const Reason> catalogue() { return reasons; }

const Reason& reason_of(Code code) {
  for (const Reason& reason : reasons) {
    if (reason.code == code) return reason;
  }
  // A peer's refusal may carry a code from a later catalogue.
  static constexpr Reason unknown{Code{}, "unknown", Actor::operations, "对方给出了本程序不认识的原因。",
                                  "A reason that this program does not know; it may be older than its peer."};
  return unknown;
}

std::string_view name_of(Code code) { return reason_of(code).name; }

std::optional<Code> code_named(std::string_view name_or_number) {
  for (const Reason& reason : reasons) {
    if (reason.name == name_or_number || std::to_string(static_cast<unsigned>(reason.code)) == name_or_number) {
      return reason.code;
    }
  }
  return std::nullopt;
}

std::string_view actor_in(Actor who, std::string_view language) {
  const bool zh = language == "zh";
  switch (who) {
    case Actor::nobody:
      return zh ? "无需处理" : "nobody";
    case Actor::clerk:
      return zh ? "经办人" : "the person at the desk";
    case Actor::operations:
      return zh ? "运维" : "operations";
    case Actor::head_office:
      return zh ? "总行" : "head office";
    case Actor::programmer:
      return zh ? "开发人员" : "whoever wrote the client";
  }
  REDRESS_ASSERT(false);
  return {};
}

}  // namespace redress::wire
