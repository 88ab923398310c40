import {type ActionModule, type Data, defineModule, p, type StepOutput, type z} from '../../src/module/index.js';
import {joinScripts, raw, Secret, sh} from '../../src/shell/index.js';
import {contentText} from '../support/content.js';
import {curlConfig, webParams} from '../support/download.js';
import {decodeContent, lastLine, readRecords, recordFunctions} from '../support/records.js';

const params = p
  .object({
    url: p.string('The address: http or https.'),
    method: p.string('The method.').default('GET'),
    body: p.any('What is sent; mappings and lists as `body_format` says.').optional(),
    body_format: p.choice(['raw', 'json', 'form-urlencoded'], 'How `body` is written.').default('raw'),
    status_code: p.list(p.int('A code.'), 'Codes that are no failure.').default([200]),
    return_content: p.bool('Give the content, also of other than JSON.').default(false),
    follow_redirects: p
      .choice(['all', 'none', 'safe', 'yes', 'no', 'urllib2'], 'Whether redirections are followed.')
      .default('safe'),
    timeout: p.int('Seconds it may take.').default(30),
    unix_socket: p.path('A socket of the host to connect to.').optional(),
    ...webParams,
  })
  .superRefine(({url, method}, context) => {
    if (!/^https?:\/\//i.test(url))
      context.addIssue({code: 'custom', message: `url '${url}' does not begin with http:// or https://`});
    if (!/^[A-Za-z]+$/.test(method)) context.addIssue({code: 'custom', message: `method '${method}' is none`});
  });

type Params = z.output<typeof params>;

/** What is sent, and its type. */
function bodyOf({body, body_format: format}: Params): {readonly text: string; readonly type?: string} | undefined {
  if (body === undefined || body === null) return undefined;
  if (format === 'json')
    return {text: typeof body === 'string' ? body : JSON.stringify(body), type: 'application/json'};
  if (format === 'raw') return {text: contentText(body)};
  const pairs =
    typeof body === 'object'
      ? Object.entries(body as Data).flatMap(([key, value]): [string, string][] =>
          [value].flat().map((one) => [key, String(one)]),
        )
      : undefined;
  return {
    text: pairs === undefined ? String(body) : new URLSearchParams(pairs).toString(),
    type: 'application/x-www-form-urlencoded',
  };
}

function config(given: Params): Secret {
  const body = bodyOf(given);
  const named = Object.keys(given.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
  const follow =
    given.follow_redirects === 'all' ||
    given.follow_redirects === 'yes' ||
    (given.follow_redirects !== 'none' && given.follow_redirects !== 'no' && /^(GET|HEAD)$/i.test(given.method));
  const base = curlConfig(given)
    .reveal()
    .replace(/^location\n/m, follow ? 'location\n' : '')
    .replace(/^speed-(time|limit).*\n/gm, '');
  const more = [
    `max-time = ${given.timeout}`,
    /^HEAD$/i.test(given.method) ? 'head' : `request = "${given.method.toUpperCase()}"`,
    ...(body?.type === undefined || named ? [] : [`header = "Content-Type: ${body.type}"`]),
    ...(given.unix_socket === undefined ? [] : [`unix-socket = ${JSON.stringify(given.unix_socket)}`]),
  ];
  return new Secret(`${base}${more.join('\n')}\n`);
}

/** curl reads what may be secret from a folder that only this user can, since its input is one stream and there are two. */
const script = (given: Params) => {
  const body = bodyOf(given);
  return joinScripts([
    recordFunctions,
    raw(`command -v curl >/dev/null 2>&1 || { q_say problem 'this host has no curl'; exit 0; }
umask 077; q_folder=$(mktemp -d) || exit 1
trap 'rm -rf -- "$q_folder"' EXIT`),
    sh`printf %s ${config(given)} > "$q_folder/config"`,
    body === undefined
      ? raw('set --')
      : sh`printf %s ${new Secret(body.text)} > "$q_folder/body"; set -- --data-binary "@$q_folder/body"`,
    raw(`if q_told=$(curl -q -K "$q_folder/config" "$@" -D "$q_folder/headers" -o "$q_folder/content" -w '%{http_code} %{url_effective}' 2>"$q_folder/error"); then
  q_say told "$q_told"; q_say headers "$(cat "$q_folder/headers")"
  if [ -f "$q_folder/content" ]; then q_content content "$q_folder/content"; fi
else q_say problem "$(cat "$q_folder/error")"; fi`),
  ]);
};

/** The last answer's headers, as Ansible names them: `content_type`. */
function headersOf(text: string): Record<string, string> {
  const last = text.replaceAll('\r', '').trim().split(/\n\n+/).at(-1) ?? '';
  const headers: Record<string, string> = {};
  for (const line of last.split('\n').slice(1)) {
    const at = line.indexOf(':');
    if (at <= 0) continue;
    const name = line.slice(0, at).trim().toLowerCase().replaceAll('-', '_');
    const value = line.slice(at + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

function parsed(text: string): Data {
  try {
    return {json: JSON.parse(text)};
  } catch {
    return {};
  }
}

function answer(given: Params, output: StepOutput) {
  const records = readRecords(output);
  const problem = records.get('problem');
  if (problem !== undefined)
    return {
      changed: false,
      failed: true,
      msg: `${given.url}: ${lastLine(problem) || 'no answer'}`,
      data: {status: -1, url: given.url},
    };
  const [, code = '0', url = given.url] = /^(\d+) (.*)$/.exec(records.get('told') ?? '') ?? [];
  const status = Number(code);
  const headers = headersOf(records.get('headers') ?? '');
  const content = decodeContent(records.get('content') ?? 'b').toString();
  const isJson = /[/+]json\b/i.test(headers.content_type ?? '');
  const fine = given.status_code.includes(status);
  const data = {
    ...headers,
    status,
    url,
    redirected: url.replace(/\/$/, '') !== given.url.replace(/\/$/, ''),
    ...(given.return_content || !fine ? {content} : {}),
    ...(isJson ? parsed(content) : {}),
    msg: fine ? `OK (${content.length} bytes)` : '',
  };
  if (fine) return {changed: false, data};
  return {
    changed: false,
    failed: true,
    msg: `${given.url} answered with status ${status}, not ${given.status_code.join(' or ')}`,
    data,
  };
}

const uri: ActionModule<typeof params> = {
  kind: 'action',
  name: 'uri',
  aliases: ['ansible.builtin.uri'],
  summary: 'Asks a web server, from where the host itself can reach.',
  description:
    'Needs curl on the host. `dest`, `src`, multipart forms and cookies are not there; get_url downloads files. Never `changed`. Check mode skips it.',
  params,
  returns: {
    status: 'The status; -1 without an answer.',
    url: 'Where it came from in the end.',
    redirected: 'Whether that is another address.',
    content: 'What came, with `return_content`, or where the status is a failure.',
    json: 'What came, read, if it is JSON.',
    msg: 'What happened, in a word.',
  },
  examples: [
    {name: 'Ready?', params: {url: 'https://127.0.0.1:6443/readyz', validate_certs: false, status_code: [200, 401]}},
  ],
  reach: 'run',
  check: 'skip',
  steps: (given) => [
    {step: 'script', title: `ask ${given.url.replace(/\/\/[^/@]*@/, '//')}`, script: script(given), mayBlock: true},
  ],
  result: (given, [output]) => (output === undefined ? {changed: false} : answer(given, output)),
};

export default defineModule(uri);
