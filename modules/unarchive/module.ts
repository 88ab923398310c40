import {createHash} from 'node:crypto';
import {defineModule, type Plan, p, type StateModule, type Step, type z} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {attributeParams} from '../support/attributes.js';
import {contentOfFile} from '../support/content.js';
import {jobSteps} from '../support/job.js';
import {overlayPath, type PathSeen, pathFunctions, pathResources, probePath, readPath} from '../support/path_state.js';
import {baseName} from '../support/path_word.js';
import {lastLine, readRecords} from '../support/records.js';

const params = p
  .object({
    src: p.path('The archive: tar, also compressed, or zip; on the controller, or on the host with `remote_src`.'),
    dest: p.path('The folder on the host in which it is unpacked; it must exist.'),
    remote_src: p.bool('`src` is on the host.').default(false),
    creates: p.path('If this is there, nothing is unpacked.').optional(),
    exclude: p.strings('Names in the archive that are left out.').default([]),
    include: p.strings('Names in the archive; all without it.').default([]),
    extra_opts: p.strings('More words for tar or unzip.').default([]),
    keep_newer: p.bool('Accepted for Ansible.').default(false),
    list_files: p.bool('Accepted for Ansible.').default(false),
    ...attributeParams,
  })
  .superRefine(({src, mode}, context) => {
    if (/^(https?|ftp):\/\//.test(src))
      context.addIssue({code: 'custom', message: 'src cannot be an address: download it with get_url first'});
    if (mode === 'preserve') context.addIssue({code: 'custom', message: "mode 'preserve' is for copy and template"});
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly dest: PathSeen;
  readonly src?: PathSeen;
  readonly created?: PathSeen;
}

type Prepared = UploadContent | undefined;

/**
 * Unpacks beside the files, compares, and puts into place what differs: so it works with any tar, and says truly whether
 * anything changed.
 */
function steps(given: Params, seen: Seen, content: Prepared): Step[] {
  const dest = seen.dest.path;
  const id = createHash('sha256').update(`${given.src}\n${dest}`).digest('hex').slice(0, 16);
  const archive = content === undefined ? (seen.src?.path ?? given.src) : `${dest}/.quorate-archive-${id}`;
  const who = `${given.owner ?? ''}${given.group === undefined ? '' : `:${given.group}`}`;
  const job = {
    title: `unpack ${baseName(given.src)}`,
    folder: `${dest}/.quorate-unpack-${id}`,
    deadlineMs: 1_800_000,
    script: joinScripts([
      sh`q_archive=${archive}; q_dest=${dest}; q_new=$q_job/new; mkdir "$q_new" || exit 1`,
      sh`case ${given.src} in
*.zip|*.jar|*.war) unzip -q -o ${given.extra_opts} "$q_archive" ${given.include} ${given.exclude.flatMap((name) => ['-x', name])} -d "$q_new" || exit 1 ;;
*)
  case ${given.src} in
  *.gz|*.tgz) q_cat='gzip -dc' ;; *.bz2|*.tbz2|*.tbz) q_cat='bzip2 -dc' ;; *.xz|*.txz) q_cat='xz -dc' ;; *.zst) q_cat='zstd -dc' ;; *) q_cat=cat ;;
  esac
  # Not every tar finds out for itself how it is compressed; the first look sees to it that it is whole.
  $q_cat < "$q_archive" > /dev/null && $q_cat < "$q_archive" | tar -x -f - -C "$q_new" ${given.extra_opts} ${given.exclude.flatMap((name) => ['--exclude', name])} ${given.include} || exit 1 ;;
esac`,
      who === '' ? raw(':') : sh`chown -R -h -- ${who} "$q_new" || exit 1`,
      given.mode === undefined
        ? raw(':')
        : sh`find "$q_new" -mindepth 1 ! -type l -exec chmod -- ${given.mode} {} + || exit 1`,
      raw(`cd "$q_new" && find . -mindepth 1 -exec sh -c '
        for f do
          t=$0/$f
          if [ -L "$f" ]; then [ -L "$t" ] && [ "$(readlink -- "$f")" = "$(readlink -- "$t")" ] && continue
          elif [ -d "$f" ]; then [ -d "$t" ] && [ "$(stat -c %a:%u:%g -- "$f")" = "$(stat -c %a:%u:%g -- "$t")" ] && continue
          else [ -f "$t" ] && [ ! -L "$t" ] && cmp -s -- "$f" "$t" && [ "$(stat -c %a:%u:%g -- "$f")" = "$(stat -c %a:%u:%g -- "$t")" ] && continue
          fi
          echo differs; break
        done' "$q_dest" {} + > "$q_job/differs" || exit 1
if [ -s "$q_job/differs" ]; then
  cp -a . "$q_dest/" 2>/dev/null || cp -pPR . "$q_dest/" || exit 1
  echo quorate-changed
fi`),
    ]),
    failure: (log: string, rc: number) => ({
      why: `it cannot be unpacked: ${lastLine(log) || `exit code ${rc}`}`,
      hint: 'is the archive whole, and the tool for its compression on the host?',
    }),
  };
  return [
    ...(content === undefined
      ? []
      : [{step: 'upload', title: `send ${baseName(given.src)}`, content, to: archive, mode: '0600'} as const]),
    ...jobSteps(job),
    {step: 'script', title: 'clean up', script: sh`rm -rf -- ${job.folder} ${content === undefined ? [] : [archive]}`},
  ];
}

const unarchive: StateModule<typeof params, Seen, Prepared> = {
  kind: 'state',
  name: 'unarchive',
  aliases: ['ansible.builtin.unarchive'],
  summary: 'Unpacks an archive on the host.',
  description:
    'Only what differs is put into place. Without `creates` only doing it can tell whether anything does, so check mode says conditional.',
  params,
  returns: {src: 'The archive.', dest: 'The folder.'},
  examples: [{name: 'Once', params: {src: '/tmp/helm.tgz', dest: '/opt', remote_src: true, creates: '/opt/helm'}}],
  reach: 'host',
  probeIs: 'stable',
  prepare: async (given, controller) =>
    given.remote_src ? undefined : contentOfFile(controller, controller.findFile('files', given.src)),
  reads: (given) =>
    pathResources(
      given.dest,
      ...(given.creates === undefined ? [] : [given.creates]),
      ...(given.remote_src ? [given.src] : []),
    ),
  probe: (given) =>
    joinScripts([
      pathFunctions,
      probePath('dest', given.dest.replace(/(?<=.)\/+$/, ''), {follow: true}),
      ...(given.remote_src ? [probePath('src', given.src, {follow: true})] : []),
      ...(given.creates === undefined ? [] : [probePath('created', given.creates)]),
    ]),
  parse(output, given) {
    const records = readRecords(output);
    return {
      dest: readPath(records, 'dest'),
      ...(given.remote_src ? {src: readPath(records, 'src')} : {}),
      ...(given.creates === undefined ? {} : {created: readPath(records, 'created')}),
    };
  },
  overlay(seen, predicted, given) {
    const dest = overlayPath(seen.dest, predicted, given.dest);
    const src = seen.src && overlayPath(seen.src, predicted, given.src);
    const created = seen.created && overlayPath(seen.created, predicted, given.creates);
    if (dest === undefined || (seen.src && src === undefined) || (seen.created && created === undefined))
      return undefined;
    return {dest, ...(src === undefined ? {} : {src}), ...(created === undefined ? {} : {created})};
  },
  plan(given, seen, content): Plan {
    const result = {src: given.src, dest: seen.dest.path};
    if (seen.created?.stat !== undefined)
      return {plan: 'same', result: {...result, msg: `skipped, since ${given.creates} exists`}};
    if (seen.dest.stat?.type !== 'directory')
      return {plan: 'fail', why: `${seen.dest.path} is no folder`, hint: "make it first: file with state 'directory'"};
    if (given.remote_src && seen.src?.stat === undefined)
      return {
        plan: 'fail',
        why: `there is no ${given.src} on the host`,
        hint: 'without remote_src it is looked for on the controller',
      };
    return {
      plan: 'cannotTell',
      why: 'what is in the archive is compared when it is unpacked',
      steps: steps(given, seen, content),
      touches: pathResources(seen.dest.path),
    };
  },
  result(given, seen, outcomes) {
    const log = outcomes.map(({data}) => String(data?.log ?? '')).join('\n');
    const changed = log.includes('quorate-changed');
    return {
      changed,
      data: {src: given.src, dest: seen.dest.path},
      ...(changed ? {diff: [{kind: 'hidden', path: seen.dest.path, why: `unpacked from ${given.src}`}]} : {}),
    };
  },
};

export default defineModule(unarchive);
