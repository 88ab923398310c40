import type {Step, WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import type {Release} from './release.js';

/** How the download stands: `rc N` and what the program said, or the bytes that are there. */
function verdict(url: string, stdout: string): WaitVerdict {
  const [first = '', ...log] = stdout.trim().split('\n');
  if (!first.startsWith('rc ')) return {wait: 'more', progress: `${Math.round(Number(first) / 1e6)} MB`};
  if (first === 'rc 0') return {wait: 'done'};
  return {
    wait: 'failed',
    why: `${url} could not be downloaded: ${log.join(' ') || first}`,
    hint: 'a host without internet gets it from this machine with `k3s_download: controller`, or from a mirror with k3s_download_url',
  };
}

/**
 * The host downloads in the background, so that the link may drop and progress can be seen. What breaks off is taken up
 * again twice; what fails leaves nothing behind.
 */
export function hostDownload(path: string, {url, sha256}: Release, notes = '/run/quorate'): Step[] {
  const part = `${path}.download`;
  const said = `${notes}/download-${sha256.slice(0, 12)}`;
  return [
    {
      step: 'script',
      title: `download ${url}`,
      script: sh`t=${part} u=${url} s=${said}
mkdir -p ${notes} && rm -f "$t" "$s.rc" "$s.log"
if command -v curl >/dev/null 2>&1; then set -- curl -fsSL --connect-timeout 20 -C - -o "$t" "$u"
elif command -v wget >/dev/null 2>&1; then set -- wget -q -T 20 -c -O "$t" "$u"
else echo 'neither curl nor wget is installed' >&2; exit 1; fi
(
  for last in '' '' yes; do
    "$@" >"$s.log" 2>&1 </dev/null; rc=$?
    # 22: the server says no, and will again. 33: it cannot go on in the middle.
    case $rc in 0 | 22) break;; 33) rm -f "$t";; esac
    [ -n "$last" ] || sleep 1
  done
  [ "$rc" = 0 ] || rm -f "$t"
  echo "$rc" >"$s.rc"
) >/dev/null 2>&1 </dev/null &`,
    },
    {
      step: 'wait',
      title: 'the download',
      probe: sh`t=${part} s=${said}; if [ -f "$s.rc" ]; then echo "rc $(cat "$s.rc")"; cat "$s.log"; else wc -c < "$t" 2>/dev/null || echo 0; fi`,
      until: (output) => verdict(url, output.stdout),
      everyMs: 1000,
      deadlineMs: 900_000,
    },
    {
      step: 'script',
      title: 'compare with the published sha256',
      script: sh`t=${part} s=${said}
rm -f "$s.rc" "$s.log"
got=$(sha256sum < "$t" | cut -d ' ' -f 1)
if [ "$got" != ${sha256} ]; then
  rm -f "$t"
  echo "the download's sha256 is $got, published is "${sha256}": damaged or altered, and not installed" >&2
  exit 1
fi
chmod 0755 "$t" && chown 0:0 "$t" && mv -f "$t" ${path}`,
    },
  ];
}
