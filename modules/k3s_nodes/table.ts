import {type EtcdMember, type NodeRow, parseMemberList, parseNodeList} from '../../src/cluster/index.js';
import type {StepOutput, WaitVerdict} from '../../src/module/index.js';

export interface NodesSeen {
  readonly nodes: readonly NodeRow[];
  readonly members: readonly EtcdMember[];
}

export const marker = '-- etcd --';

/** Reads a NodeList in JSON and etcd's member list; undefined while the API does not answer. */
export function parseNodes(output: StepOutput): NodesSeen | undefined {
  const [json = '', members = ''] = output.stdout.split(`${marker}\n`);
  const nodes = parseNodeList(json);
  return nodes === undefined ? undefined : {nodes, members: parseMemberList(members)?.members ?? []};
}

/** All expected Nodes are there and Ready. */
export function nodesVerdict(output: StepOutput, expected: readonly string[]): WaitVerdict {
  const seen = parseNodes(output);
  if (seen === undefined) return {wait: 'more', progress: 'the API does not answer yet'};
  const missing = expected.filter((name) => !seen.nodes.some((node) => node.name === name));
  const notReady = expected.filter((name) => seen.nodes.some((node) => node.name === name && !node.ready));
  if (missing.length + notReady.length === 0) return {wait: 'done', data: {nodes: seen.nodes, members: seen.members}};
  return {
    wait: 'more',
    progress: [
      missing.length > 0 ? `not registered: ${missing.join(', ')}` : '',
      notReady.length > 0 ? `not ready: ${notReady.join(', ')}` : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
  };
}

const column = (rows: readonly (readonly string[])[]): string[] => {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

/** Nodes and members as a person reads them. */
export const nodesTable = ({nodes, members}: NodesSeen): string[] => [
  ...column([
    ['NODE', 'READY', 'ROLES', 'VERSION', 'ADDRESS'],
    ...nodes.map((node) => [node.name, node.ready ? 'yes' : 'NO', node.roles, node.version, node.address]),
  ]),
  ...(members.length > 0
    ? [
        '',
        ...column([
          ['ETCD MEMBER', 'ID', 'VOTER', 'PEER'],
          ...members.map((member) => [
            member.name || '(never started)',
            member.id,
            member.isLearner ? 'learner' : 'yes',
            member.peerUrls[0] ?? '',
          ]),
        ]),
      ]
    : []),
];
