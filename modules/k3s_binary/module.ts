import {ParamsError} from '../../src/errors/index.js';
import {type Controller, defineModule, type PathState, p, type Step} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {hostDownload} from './host_download.js';
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
  const {cacheDir, signal} = controller;
  const release = await controller.once(['k3s', base, version, arch].join(' '), () =>
    findRelease({version, arch, base, cacheDir, signal}),
  );
  if (by === 'host') return {from: 'host', sha256: release.sha256, release};
  if (checkMode) return {from: 'controller', sha256: release.sha256};
  return {
    from: 'controller',
    sha256: release.sha256,
    content: await controller.contentOf(
      await controller.once(`k3s ${release.sha256}`, () => download(release, cacheDir, signal)),
    ),
  };
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
  // While it is the file that K3s was started with, its hash is what the unit noted then (role k3s_host, k3s-sums).
  probe: ({path}) => sh`f=${path}
if [ -f "$f" ]; then
  stat -c '%a' "$f"
  id=$(stat -L -c '%d:%i:%s:%Y:%Z' "$f")
  hash=$(sed -n "s/^binary \([0-9a-f]\{64\}\) $id\$/\1/p" /run/quorate/k3s.sums /run/quorate/k3s-agent.sums 2>/dev/null | head -n 1)
  if [ -n "$hash" ]; then echo "$hash"; else sha256sum < "$f" | cut -d ' ' -f 1; fi
fi`,
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
