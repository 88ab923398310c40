import {ParamsError} from '../../src/errors/index.js';
import {type Controller, defineModule, type PathState, p, type Step} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {download, findRelease, type Release} from './release.js';

interface Seen {
  /** Empty where there is no binary. */
  readonly sha256: string;
  readonly mode: string;
}

/** What is to be installed: content from the controller, or a release that the host fetches itself. */
type Prepared =
  | {readonly from: 'controller'; readonly sha256: string; readonly content?: UploadContent}
  | {readonly from: 'host'; readonly sha256: string; readonly release: Release};

const params = p.object({
  binary: p.string('A K3s binary on this machine; it wins over `version`.').default(''),
  version: p.string('A release, as v1.33.4+k3s1.').default(''),
  arch: p.string("The host's machine name (`uname -m`).").default('x86_64'),
  download: p
    .choice(['controller', 'host'], 'Who downloads a release: this machine once, kept by its hash, or each host.')
    .default('controller'),
  download_url: p.string('Where releases are.').default('https://github.com/k3s-io/k3s/releases/download'),
  path: p.path('Where it goes.', {aliases: ['dest']}).default('/usr/local/bin/k3s'),
});

async function prepared(
  {
    binary,
    version,
    arch,
    download: by,
    download_url: base,
  }: {binary: string; version: string; arch: string; download: 'controller' | 'host'; download_url: string},
  controller: Controller,
  checkMode: boolean,
): Promise<Prepared> {
  if (binary !== '') {
    const content = await controller.contentOf(controller.findFile('files', binary));
    return {from: 'controller', sha256: content.sha256, content};
  }
  if (version === '')
    throw new ParamsError({
      what: 'neither a version nor a binary of K3s is given',
      hint: 'set k3s_version or k3s_binary',
    });
  const release = await findRelease({version, arch, base, cacheDir: controller.cacheDir, signal: controller.signal});
  if (by === 'host') return {from: 'host', sha256: release.sha256, release};
  if (checkMode) return {from: 'controller', sha256: release.sha256};
  return {
    from: 'controller',
    sha256: release.sha256,
    content: await controller.contentOf(await download(release, controller.cacheDir, controller.signal)),
  };
}

/** The host downloads in the background, so that the link may drop and progress can be seen. */
function hostDownload(path: string, {url, sha256}: Release): Step[] {
  const part = `${path}.download`;
  return [
    {
      step: 'script',
      title: `download ${url}`,
      script: sh`t=${part} u=${url}
rm -f "$t" "$t.rc" "$t.log"
if command -v curl >/dev/null 2>&1; then set -- curl -fsSL -o "$t" "$u"
elif command -v wget >/dev/null 2>&1; then set -- wget -q -O "$t" "$u"
else echo 'neither curl nor wget is installed' >&2; exit 1; fi
( "$@" >"$t.log" 2>&1 </dev/null; echo $? >"$t.rc" ) >/dev/null 2>&1 </dev/null &`,
    },
    {
      step: 'wait',
      title: 'the download',
      probe: sh`t=${part}; if [ -f "$t.rc" ]; then echo "rc $(cat "$t.rc")"; cat "$t.log"; else wc -c < "$t" 2>/dev/null || echo 0; fi`,
      until(output) {
        const [first = '', ...log] = output.stdout.trim().split('\n');
        if (!first.startsWith('rc ')) return {wait: 'more', progress: `${Math.round(Number(first) / 1e6)} MB`};
        return first === 'rc 0'
          ? {wait: 'done'}
          : {wait: 'failed', why: `${url} could not be downloaded: ${log.join(' ') || first}`};
      },
      everyMs: 1000,
      deadlineMs: 900_000,
    },
    {
      step: 'script',
      title: 'compare with the published sha256',
      script: sh`t=${part}
got=$(sha256sum < "$t" | cut -d ' ' -f 1)
if [ "$got" != ${sha256} ]; then echo "the download's sha256 is $got, published is "${sha256} >&2; rm -f "$t" "$t.rc" "$t.log"; exit 1; fi
chmod 0755 "$t" && chown 0:0 "$t" && mv -f "$t" ${path} && rm -f "$t.rc" "$t.log"`,
    },
  ];
}

export default defineModule({
  kind: 'state',
  name: 'k3s_binary',
  summary: 'Installs the K3s binary, checked against the published sha256.',
  description:
    'The new binary is put in place beside a running one; K3s goes on with the old one until k3s_service restarts it, in turn.',
  params,
  returns: {path: 'The binary.', sha256: 'Its hash.'},
  examples: [{name: 'A release', params: {version: 'v1.33.4+k3s1'}}],
  reach: 'host',
  probeIs: 'stable',
  prepare: (given, controller, host) => prepared(given, controller, host.checkMode),
  reads: ({path}) => [{kind: 'path', path}],
  probe: ({path}) => sh`f=${path}; if [ -f "$f" ]; then stat -c '%a' "$f"; sha256sum < "$f" | cut -d ' ' -f 1; fi`,
  parse(output): Seen {
    const [mode = '', sha256 = ''] = output.stdout.trim().split('\n');
    return {mode, sha256};
  },
  overlay(seen, predicted, {path}) {
    const found = predicted.get({kind: 'path', path});
    if (found === undefined) return seen;
    const state = found.state as PathState | undefined;
    return state?.sha256 === undefined ? undefined : {sha256: state.sha256, mode: state.mode ?? '755'};
  },
  plan({path}, seen, goal) {
    const result = {path, sha256: goal.sha256};
    if (seen.sha256 === goal.sha256 && seen.mode === '755') return {plan: 'same', result};
    const steps: readonly Step[] =
      seen.sha256 === goal.sha256
        ? [{step: 'script', title: 'mode 0755', script: sh`chmod 0755 -- ${path}`}]
        : goal.from === 'host'
          ? hostDownload(path, goal.release)
          : goal.content === undefined
            ? []
            : [
                {
                  step: 'upload',
                  title: `install ${path}`,
                  content: goal.content,
                  to: path,
                  mode: '0755',
                  owner: 'root',
                  group: 'root',
                },
              ];
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path,
          before: seen.sha256 === '' ? {} : {sha256: seen.sha256, mode: seen.mode},
          after: {sha256: goal.sha256, mode: '755'},
        },
      ],
      steps,
      touches: [{kind: 'path', path}],
      after: [
        {resource: {kind: 'path', path}, state: {type: 'file', mode: '755', sha256: goal.sha256} satisfies PathState},
      ],
      result,
    };
  },
});
