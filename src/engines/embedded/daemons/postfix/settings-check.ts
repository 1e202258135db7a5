import type { PostfixPolicy } from "../../../../daemons/postfix/policy.ts";
import { PostfixFatal } from "../../../../daemons/postfix/postfix-problem.ts";

/** Parameters that every program of Postfix reads when it starts (mail_params(3)), and those of single programs. */
const numbers = ["hopcount_limit", "line_length_limit", "smtpd_hard_error_limit", "smtpd_soft_error_limit", "smtpd_junk_command_limit"];
const moreNumbers = ["smtpd_recipient_limit", "smtpd_recipient_overshoot_limit", "initial_destination_concurrency"];
const clientNumbers = ["smtpd_client_connection_count_limit", "smtpd_client_connection_rate_limit", "smtpd_client_message_rate_limit"];
const sizes = ["message_size_limit", "bounce_size_limit", "queue_minfree", "mailbox_size_limit", "virtual_mailbox_limit"];
const times = ["queue_run_delay", "minimal_backoff_time", "maximal_backoff_time", "maximal_queue_lifetime", "bounce_queue_lifetime"];
const moreTimes = [
  "delay_warning_time",
  "max_idle",
  "smtpd_timeout",
  "smtpd_error_sleep_time",
  "smtp_connect_timeout",
  "smtp_helo_timeout",
];
const booleans = ["soft_bounce", "smtpd_delay_reject", "smtpd_helo_required", "disable_vrfy_command", "append_at_myorigin"];
const moreBooleans = ["append_dot_mydomain", "strict_rfc821_envelopes", "smtputf8_enable", "smtp_skip_5xx_greeting"];

/**
 * What stops Postfix from starting: `bad numerical configuration: message_size_limit = 10MB`. In reality a parameter that only one
 * program reads stops that program alone; here every one of them stops the whole.
 */
export function fatalSetting(policy: PostfixPolicy): string | undefined {
  const fatal = policy.problems.find((problem) => problem.level === "fatal");
  if (fatal !== undefined) return fatal.message;
  try {
    for (const name of [...numbers, ...moreNumbers, ...clientNumbers]) policy.int(name);
    for (const name of sizes) policy.sizeBytes(name);
    for (const name of [...times, ...moreTimes]) policy.timeMs(name);
    for (const name of [...booleans, ...moreBooleans]) policy.bool(name);
    return undefined;
  } catch (error) {
    if (error instanceof PostfixFatal) return error.message;
    throw error;
  }
}
