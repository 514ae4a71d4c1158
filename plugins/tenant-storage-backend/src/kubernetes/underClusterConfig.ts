import type {
  LoggerService,
  RootConfigService,
} from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import type {
  UnderClusterConnection,
  UnderClusterDangers,
  UnderClusterDefinition,
  UnderClusterSupplier,
} from '@kmetal/backstage-plugin-tenant-storage-node';
import { readCapacity } from '../configuration/capacity';
import { ConfigSection } from '../configuration/configSection';
import { changeSettingsOf, GitOpsConfig } from '../configuration/gitOpsConfig';
import type { UnderClusterSettings } from '../inventory/types';
import { certificateFrom, tokenFrom } from './credentials';

/** What an under cluster's definition may leave out. */
export type UnderClusterDefaults = Pick<
  UnderClusterDefinition,
  | 'storageClass'
  | 'csiController'
  | 'tenantClusterLabel'
  | 'ownerKey'
  | 'localPath'
  | 'velero'
  | 'benchmark'
  | 'gitOps'
>;

/** By what an under cluster's objects are told apart: its own words, else those of `tenantStorage.defaults`, else kMetal's. */
export function settingsOf(
  definition: UnderClusterDefinition,
  defaults: UnderClusterDefaults,
): UnderClusterSettings {
  return {
    name: definition.name,
    title: definition.title ?? definition.name,
    storageClass:
      definition.storageClass ??
      defaults.storageClass ??
      'tenant-storage-class',
    csiControllerSelector:
      definition.csiController?.labelSelector ??
      defaults.csiController?.labelSelector ??
      'app=kubevirt-csi-controller',
    csiControllerNamePrefix:
      definition.csiController?.namePrefix ??
      defaults.csiController?.namePrefix ??
      'kubevirt-csi-controller-',
    tenantClusterLabel:
      definition.tenantClusterLabel ??
      defaults.tenantClusterLabel ??
      'csi-driver/cluster',
    ownerKey: definition.ownerKey ?? defaults.ownerKey ?? 'kmetal.io/owner',
    localPath: {
      namespace:
        definition.localPath?.namespace ??
        defaults.localPath?.namespace ??
        'kmetal-local-path-storage',
      configMap:
        definition.localPath?.configMap ??
        defaults.localPath?.configMap ??
        'local-path-config',
    },
    velero: {
      namespace:
        definition.velero?.namespace ?? defaults.velero?.namespace ?? 'velero',
    },
    benchmark: {
      namespace:
        definition.benchmark?.namespace ??
        defaults.benchmark?.namespace ??
        'kmetal-storage-benchmark',
      image: definition.benchmark?.image ?? defaults.benchmark?.image,
    },
    ...changeSettingsOf(definition, defaults.gitOps),
  };
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_KEY =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const NAME_PREFIX = /^[a-z0-9][-.a-z0-9]{0,251}$/;
/** Everything but control characters: what the API server makes of it, it says. */
const SELECTOR = /^[\x20-\x7e]{1,1024}$/;

const DANGERS = [
  'dangerouslyAllowHttp',
  'dangerouslyAllowExec',
  'dangerouslyAllowAuthProvider',
  'dangerouslyAllowSkipTlsVerify',
] as const;

const NAMESPACE = {
  pattern: LABEL,
  is: 'the name of a namespace, such as velero',
};

const IMAGE = {
  pattern:
    /^(?!.*:latest@)[a-z0-9][A-Za-z0-9._:/-]{0,400}@sha256:[0-9a-f]{64}$/,
  is: 'an image by its digest and not called latest, such as registry.example.com/fio:3.38@sha256:…',
};

function readTellingApart(section: ConfigSection): UnderClusterDefaults {
  const localPath = section.section('localPath', ['namespace', 'configMap']);
  const velero = section.section('velero', ['namespace']);
  const benchmark = section.section('benchmark', ['namespace', 'image']);
  const csi = section.section('csiController', ['labelSelector', 'namePrefix']);
  const found: UnderClusterDefaults = {
    storageClass: section.text('storageClass', {
      pattern: SUBDOMAIN,
      is: 'the name of a StorageClass, such as tenant-storage-class',
    }),
    csiController: csi && {
      labelSelector: csi.text('labelSelector', {
        pattern: SELECTOR,
        is: 'a label selector, such as app=kubevirt-csi-controller',
      }),
      namePrefix: csi.text('namePrefix', {
        pattern: NAME_PREFIX,
        is: 'the beginning of a Deployment name, such as kubevirt-csi-controller-',
      }),
    },
    tenantClusterLabel: section.text('tenantClusterLabel', {
      pattern: LABEL_KEY,
      is: 'the key of a label, such as csi-driver/cluster',
    }),
    ownerKey: section.text('ownerKey', {
      pattern: LABEL_KEY,
      is: 'the key of an annotation or label, such as kmetal.io/owner',
    }),
    localPath: localPath && {
      namespace: localPath.text('namespace', NAMESPACE),
      configMap: localPath.text('configMap', {
        pattern: SUBDOMAIN,
        is: 'the name of a ConfigMap, such as local-path-config',
      }),
    },
    velero: velero && { namespace: velero.text('namespace', NAMESPACE) },
    benchmark: benchmark && {
      namespace: benchmark.text('namespace', NAMESPACE),
      image: benchmark.text('image', IMAGE),
    },
  };
  return found;
}

const TELLING_APART = [
  'storageClass',
  'csiController',
  'tenantClusterLabel',
  'ownerKey',
  'localPath',
  'velero',
  'benchmark',
];

function readAddress(section: ConfigSection, dangers: UnderClusterDangers) {
  const { key } = section;
  const url = section.text('url');
  let parsed: URL;
  try {
    parsed = new URL(url ?? '');
  } catch {
    throw new InputError(
      `${key}.url must be a URL, such as https://under-cluster.example.com:6443`,
    );
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new InputError(`${key}.url must begin with https://`);
  }
  if (parsed.protocol === 'http:' && dangers.dangerouslyAllowHttp !== true) {
    throw new InputError(
      `${key}.url must begin with https://, since http shows the token to everybody on the way; ${key}.dangerouslyAllowHttp: true allows it`,
    );
  }
  if (parsed.username || parsed.password || parsed.search || parsed.hash) {
    throw new InputError(
      `${key}.url must have no user, password, query or fragment: give the token as ${key}.token or ${key}.tokenFile`,
    );
  }
  const caData = section.text('caData');
  const caFile = section.text('caFile');
  if (caData !== undefined && caFile !== undefined) {
    throw new InputError(
      `${key}.caData and ${key}.caFile are both set: keep one`,
    );
  }
  if (caData !== undefined && certificateFrom(caData) === undefined) {
    throw new InputError(
      `${key}.caData must be a certificate in PEM form, or base64 of it (a kubeconfig's certificate-authority-data)`,
    );
  }
  const token = section.text('token');
  const tokenFile = section.text('tokenFile');
  if (token !== undefined && tokenFile !== undefined) {
    throw new InputError(
      `${key}.token and ${key}.tokenFile are both set: keep one`,
    );
  }
  if (token === undefined && tokenFile === undefined) {
    throw new InputError(
      `${key}.token is missing: set it, or ${key}.tokenFile. If it comes from an environment variable, that variable is not set`,
    );
  }
  if (token !== undefined && tokenFrom(token) === undefined) {
    throw new InputError(
      `${key}.token must be one bearer token, without spaces or line breaks`,
    );
  }
  return {
    type: 'address' as const,
    url: parsed.href,
    caData,
    caFile,
    token,
    tokenFile,
  };
}

function readConnection(
  section: ConfigSection,
  dangers: UnderClusterDangers,
): UnderClusterConnection {
  const { key } = section;
  const inCluster = section.flag('inCluster') === true;
  const ways = [
    ...(section.has('url') ? ['url'] : []),
    ...(section.has('kubeconfig') ? ['kubeconfig'] : []),
    ...(inCluster ? ['inCluster'] : []),
  ];
  if (ways.length !== 1) {
    throw new InputError(
      ways.length === 0
        ? `${key} does not say how to reach the under cluster: set ${key}.url, ${key}.kubeconfig or ${key}.inCluster`
        : `${ways
            .map(way => `${key}.${way}`)
            .join(' and ')} are both set: keep one`,
    );
  }
  if (ways[0] === 'url') return readAddress(section, dangers);
  for (const name of ['caData', 'caFile', 'token', 'tokenFile']) {
    if (section.has(name)) {
      throw new InputError(
        `${key}.${name} goes with ${key}.url, and there is ${key}.${ways[0]}: remove one of them`,
      );
    }
  }
  const kubeconfig = section.section('kubeconfig', ['file', 'context']);
  if (!kubeconfig) return { type: 'inCluster' };
  const file = kubeconfig.text('file');
  if (file === undefined) {
    throw new InputError(
      `${kubeconfig.key}.file is missing: the path of a kubeconfig file`,
    );
  }
  return { type: 'kubeconfig', file, context: kubeconfig.text('context') };
}

function readUnderCluster(
  key: string,
  value: unknown,
  gitOps: GitOpsConfig,
): UnderClusterDefinition {
  const section = new ConfigSection(key, value, [
    'name',
    'title',
    'url',
    'caData',
    'caFile',
    'token',
    'tokenFile',
    'kubeconfig',
    'inCluster',
    ...DANGERS,
    ...TELLING_APART,
    'capacity',
    'gitOps',
  ]);
  const is =
    "a name of at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit (RFC 1123)";
  const name = section.text('name', { pattern: LABEL, is });
  if (name === undefined) {
    throw new InputError(`${key}.name is missing: ${is}`);
  }
  const dangers: UnderClusterDangers = {};
  for (const danger of DANGERS) dangers[danger] = section.flag(danger);
  return {
    name,
    title: section.text('title'),
    connection: readConnection(section, dangers),
    dangers,
    ...readTellingApart(section),
    capacity: readCapacity(section),
    gitOps: gitOps.read(section),
  };
}

/**
 * Reads `tenantStorage.underClusters`, `tenantStorage.defaults` and `tenantStorage.gitOps`.
 *
 * @throws InputError that names the whole key of what is malformed, and the remedy. It never shows a value.
 */
export function readUnderClusterConfig(
  config: RootConfigService,
  logger: LoggerService,
): { supplier: UnderClusterSupplier; defaults: UnderClusterDefaults } {
  // Whoever misspells a key is told, rather than left with a portal that shows nothing.
  const whole = new ConfigSection(
    'tenantStorage',
    config.getOptional('tenantStorage') ?? {},
    ['underClusters', 'defaults', 'access', 'owners', 'gitOps', 'requests'],
  );
  const configured = whole.section('defaults', TELLING_APART);
  const gitOpsConfig = GitOpsConfig.of(config);
  const gitOps = gitOpsConfig.read(whole);
  const defaults: UnderClusterDefaults = {
    ...(configured && readTellingApart(configured)),
    ...(gitOps && { gitOps }),
  };
  const list = whole.value('underClusters') ?? [];
  if (!Array.isArray(list)) {
    throw new InputError(
      'tenantStorage.underClusters must be a list of under clusters',
    );
  }
  const definitions: UnderClusterDefinition[] = [];
  for (const [index, value] of list.entries()) {
    const key = `tenantStorage.underClusters[${index}]`;
    const definition = readUnderCluster(key, value, gitOpsConfig);
    const first = definitions.findIndex(it => it.name === definition.name);
    if (first >= 0) {
      throw new InputError(
        `${key}.name is "${definition.name}" like tenantStorage.underClusters[${first}].name: names must be unique`,
      );
    }
    definitions.push(definition);
  }
  if (definitions.length === 0) {
    logger.warn(
      'No under cluster is configured, so there is nothing to show: add one under tenantStorage.underClusters',
    );
  }
  return {
    supplier: { id: 'configuration', list: async () => definitions },
    defaults,
  };
}
