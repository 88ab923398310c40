/** K3s logs in logrus' text form on stderr, which systemd hands to the journal. */

export type Level = 'debug' | 'info' | 'warning' | 'error' | 'fatal';

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Writes the line only; the caller decides how the process ends. */
  fatal(message: string): void;
}

/** logrus quotes a value unless it is made of these characters alone. */
const PLAIN = /^[A-Za-z0-9\-._/@^+]+$/;

const quote = (text: string): string => (PLAIN.test(text) ? text : JSON.stringify(text));

/** One line, e.g. `time="2026-01-02T03:04:05Z" level=info msg="Starting k3s"`. */
export const formatLine = (at: Date, level: Level, message: string): string =>
  `time="${at.toISOString().replace(/\.\d+Z$/, 'Z')}" level=${level} msg=${quote(message)}\n`;

export interface LoggerOptions {
  readonly write: (line: string) => void;
  readonly now: () => Date;
  readonly debug: boolean;
}

export const createLogger = ({write, now, debug}: LoggerOptions): Logger => {
  const at = (level: Level) => (message: string) => write(formatLine(now(), level, message));
  return {
    debug: debug ? at('debug') : () => {},
    info: at('info'),
    warn: at('warning'),
    error: at('error'),
    fatal: at('fatal'),
  };
};
