/** Downloads from the host's view of the network, by curl or wget, with nothing secret among their arguments. */
import {p} from '../../src/module/index.js';
import {raw, type Script, Secret, sh} from '../../src/shell/index.js';

export const webParams = {
  headers: p.dict('Headers of the request.').optional(),
  url_username: p.string('User name for the server.', {aliases: ['username']}).optional(),
  url_password: p.secret('Password for the server.', {aliases: ['password']}).optional(),
  force_basic_auth: p.bool('Accepted for Ansible; name and password are always sent at once.').default(false),
  validate_certs: p.bool("Check the server's certificate.").default(true),
  use_proxy: p.bool("Use the proxy of the task's environment.").default(true),
  http_agent: p.string('What the client calls itself.').default('quorate'),
  client_cert: p.path('A client certificate on the host, in PEM.').optional(),
  client_key: p.path('Its key on the host.').optional(),
  ca_path: p.path('Certificates on the host that vouch for the server, in PEM.').optional(),
};

export interface WebWish {
  readonly url: string;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly url_username?: string | undefined;
  readonly url_password?: Secret | undefined;
  readonly validate_certs: boolean;
  readonly use_proxy: boolean;
  readonly http_agent: string;
  readonly client_cert?: string | undefined;
  readonly client_key?: string | undefined;
  readonly ca_path?: string | undefined;
  /** Seconds without a byte after which it gives up. */
  readonly timeout: number;
}

/** A value in curl's configuration file. */
const curlValue = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;

const headerLines = (wish: WebWish): string[] =>
  Object.entries(wish.headers ?? {}).map(([name, value]) => `${name}: ${oneLine(String(value))}`);

/** The configuration as one secret: it may hold passwords and tokens. */
export function curlConfig(wish: WebWish): Secret {
  const lines = [
    `url = ${curlValue(wish.url)}`,
    `user-agent = ${curlValue(wish.http_agent)}`,
    `connect-timeout = ${wish.timeout}`,
    `speed-time = ${wish.timeout}`,
    'speed-limit = 1',
    'silent',
    'show-error',
    'location',
    ...(wish.validate_certs ? [] : ['insecure']),
    ...(wish.use_proxy ? [] : ['noproxy = "*"']),
    ...(wish.client_cert === undefined ? [] : [`cert = ${curlValue(wish.client_cert)}`]),
    ...(wish.client_key === undefined ? [] : [`key = ${curlValue(wish.client_key)}`]),
    ...(wish.ca_path === undefined ? [] : [`cacert = ${curlValue(wish.ca_path)}`]),
    ...headerLines(wish).map((line) => `header = ${curlValue(line)}`),
    ...(wish.url_username === undefined
      ? []
      : [`user = ${curlValue(`${wish.url_username}:${wish.url_password?.reveal() ?? ''}`)}`]),
  ];
  return new Secret(`${lines.join('\n')}\n`);
}

const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, ' ');

/** The same for GNU wget's start-up file. */
function wgetConfig(wish: WebWish): Secret {
  const lines = [
    `user_agent = ${oneLine(wish.http_agent)}`,
    `timeout = ${wish.timeout}`,
    'tries = 1',
    ...(wish.validate_certs ? [] : ['check_certificate = off']),
    ...(wish.use_proxy ? [] : ['use_proxy = off']),
    ...(wish.client_cert === undefined ? [] : [`certificate = ${wish.client_cert}`]),
    ...(wish.client_key === undefined ? [] : [`private_key = ${wish.client_key}`]),
    ...(wish.ca_path === undefined ? [] : [`ca_certificate = ${wish.ca_path}`]),
    ...headerLines(wish).map((line) => `header = ${line}`),
    ...(wish.url_username === undefined
      ? []
      : [
          `user = ${oneLine(wish.url_username)}`,
          `password = ${oneLine(wish.url_password?.reveal() ?? '')}`,
          'auth_no_challenge = on',
        ]),
  ];
  return new Secret(`${lines.join('\n')}\n`);
}

const needsFile = (wish: WebWish): boolean =>
  wish.url_username !== undefined ||
  Object.keys(wish.headers ?? {}).length > 0 ||
  wish.client_cert !== undefined ||
  wish.ca_path !== undefined;

/**
 * Downloads to the file in `$q_body` (`-` for standard output), in at most `$q_most` seconds as far as the tool can be
 * held to it. Writes nothing else: what the tool must know comes through its standard input, since it may be secret.
 * Ends with the tool's exit code; what went wrong is on standard error.
 */
export function downloadScript(wish: WebWish): Script {
  const busybox = needsFile(wish)
    ? raw(`echo 'headers, passwords and certificates need curl or GNU wget on the host' >&2; exit 2`)
    : sh`$q_limit wget -q ${wish.validate_certs ? [] : ['--no-check-certificate']} ${wish.use_proxy ? [] : ['-Y', 'off']} -U ${wish.http_agent} -O "$q_body" ${wish.url}`;
  return sh`umask 077
if command -v curl >/dev/null 2>&1; then
  printf %s ${curlConfig(wish)} | curl -q -K - -f -o "$q_body"
elif wget --version 2>/dev/null | grep -q GNU; then
  printf %s ${wgetConfig(wish)} | WGETRC=/proc/self/fd/0 wget -nv -O "$q_body" ${wish.url}
elif command -v wget >/dev/null 2>&1; then
  # Its own time limit is an option that not every busybox has.
  if command -v timeout >/dev/null 2>&1; then q_limit="timeout $q_most"; else q_limit=; fi
  ${busybox}
else
  echo 'this host has neither curl nor wget' >&2; exit 127
fi`;
}

/** A probe's part: which of these tools the host has. */
export const probeTool = raw(`if command -v curl >/dev/null 2>&1; then q_say tool curl
elif wget --version 2>/dev/null | grep -q GNU; then q_say tool wget
elif command -v wget >/dev/null 2>&1; then q_say tool busybox
else q_say tool none; fi`);

/** The name of the file that a URL gives. */
export function fileNameOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name).replaceAll('/', '_') || 'index.html';
  } catch {
    return name;
  }
}
