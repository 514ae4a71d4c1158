import { GitOpsError } from '../../gitops';
import { readStorageChange } from '../planStorageChange';
import { paths } from './paths';

function refusal(input: Record<string, unknown>) {
  try {
    readStorageChange(paths, input);
  } catch (error) {
    if (!(error instanceof GitOpsError)) throw error;
    return { code: error.code, field: error.field };
  }
  return undefined;
}

const storageClass = 'tenant-storage-class';
const node = (name: string) => ({
  storageClass,
  nodes: [{ node: name, paths: ['/var/data/tenant'] }],
});
const path = (text: string) => ({
  storageClass,
  nodes: [{ node: 'w1', paths: [text] }],
});

const BAD_NAMES = [
  '',
  '../x',
  '%2e%2e',
  'A_B',
  'a'.repeat(254),
  'wоrker', // a Cyrillic o
  'w1\u200f',
  'w1\u0000',
  '__proto__',
  'constructor_',
  '-w1',
  'w1\nfoo: bar',
];

describe('the input of a change of nodes and paths', () => {
  it.each(BAD_NAMES)('refuses %j as the name of a node', name => {
    expect(refusal(node(name))).toEqual({
      code: 'nameInvalid',
      field: 'nodes.0.node',
    });
    expect(refusal({ storageClass, removeNodes: [name] })).toEqual({
      code: 'nameInvalid',
      field: 'removeNodes.0',
    });
  });

  it.each(BAD_NAMES)('refuses %j as the name of a class', name => {
    expect(refusal({ storageClass: name, removeNodes: ['w1'] })).toEqual({
      code: 'nameInvalid',
      field: 'storageClass',
    });
  });

  it.each([
    '',
    '/',
    'var/data',
    './var/data',
    'C:\\data',
    'C:/data',
    '.git/config',
    '/.git/config/..',
    '.github/workflows/x.yaml',
    '/var/data/../../etc',
    '/var/data/',
    '/var//data',
    '/var/./data',
    '/var/data/%2e%2e',
    '/var/data\u0000',
    '/var/data\u200f',
    '/var/dаta', // a Cyrillic a
    '/var/data tenant',
    '/var/data\nfoo: bar',
    '/etc',
    '/etc/kubernetes',
    '/var/lib/kubelet/pods',
    '/var/lib/etcd',
    '/proc/1',
    '/usr/local',
    '/root',
    '/tmp/volumes',
    '/var',
    '/opt',
    `/${'a'.repeat(255)}`,
  ])('refuses %j as a folder for volumes', text => {
    expect(refusal(path(text))).toEqual({
      code: 'pathOfNodeInvalid',
      field: 'nodes.0.paths.0',
    });
  });

  it.each([
    '/var/data/tenant',
    '/opt/volumes',
    '/mnt/disk-1',
    '/data',
    '/var/lib/volumes',
  ])('takes %s as a folder for volumes', text => {
    expect(refusal(path(text))).toBeUndefined();
  });

  it('never gives paths to nodes that are not listed', () => {
    expect(refusal(node('DEFAULT_PATH_FOR_NON_LISTED_NODES'))).toEqual({
      code: 'boundaryBroken',
      field: 'nodes.0.node',
    });
  });

  it('refuses a node that is given twice, or set and removed', () => {
    expect(
      refusal({
        storageClass,
        nodes: [
          { node: 'w1', paths: ['/data'] },
          { node: 'w1', paths: ['/data'] },
        ],
      }),
    ).toEqual({ code: 'nameTaken', field: 'nodes.1.node' });
    expect(refusal({ ...node('w1'), removeNodes: ['w1'] })).toEqual({
      code: 'nameTaken',
      field: 'removeNodes.0',
    });
  });

  it('refuses one folder inside another on the same node', () => {
    expect(
      refusal({
        storageClass,
        nodes: [{ node: 'w1', paths: ['/data', '/data/more'] }],
      }),
    ).toEqual({ code: 'pathOfNodeInvalid', field: 'nodes.0.paths.1' });
  });

  it('refuses a wish for nothing', () => {
    expect(refusal({ storageClass })).toEqual({
      code: 'inputInvalid',
      field: 'nodes',
    });
  });

  it.each(['__proto__', 'constructor', 'force'])('knows no field %s', field => {
    const input = JSON.parse(
      `{"storageClass":"${storageClass}","removeNodes":["w1"],"${field}":true}`,
    );
    expect(refusal(input)).toMatchObject({ code: 'inputInvalid' });
  });
});
