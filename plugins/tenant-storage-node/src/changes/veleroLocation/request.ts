import { X509Certificate } from 'node:crypto';
import { GitOpsError } from '../../gitops';
import { shownText } from '../../gitops/shownText';
import { dnsLabel, dnsSubdomain } from '../checkedName';

/** A backup location as it is asked for, checked. */
export interface VeleroLocationRequest {
  name: string;
  namespace: string;
  bucket: string;
  prefix?: string;
  /** `spec.config`: texts only, as Velero wants them. */
  config: Record<string, string>;
  credential?: { name: string; key: string };
  /** Base64 of PEM. */
  caCert?: string;
  default?: boolean;
  accessMode?: 'ReadWrite' | 'ReadOnly';
  volumeSnapshotLocation: boolean;
  confirmReadOnly: boolean;
  confirmMoved: boolean;
  confirmNoTenantData: boolean;
}

/** Keys of `spec.config` that this change sets, and takes out where they are not asked for. */
export const CONFIG_KEYS = [
  'region',
  's3ForcePathStyle',
  's3Url',
  'publicUrl',
  'insecureSkipTLSVerify',
  'checksumAlgorithm',
  'serverSideEncryption',
  'kmsKeyId',
];

/** What is no name and no address, but the secret itself: access keys of AWS, private keys, credential files. */
const SECRETS =
  /(?:^|[^A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?:[^A-Z0-9]|$)|PRIVATE KEY|aws_secret_access_key|aws_access_key_id/;

type Input = Record<string, unknown>;

function textOf(input: Input, field: string): string | undefined {
  const value = input[field];
  if (typeof value !== 'string' || value === '') return undefined;
  if (SECRETS.test(value)) {
    throw new GitOpsError({
      code: 'secretInGit',
      field,
      problem:
        'This looks like a credential itself; whoever reads the repository would have it.',
      remedy:
        "Put it into a Secret in Velero's namespace, and give the Secret's name and key as credentialName and credentialKey. Treat what was typed here as known to others.",
    });
  }
  return value;
}

function wrong(field: string, value: string, problem: string, remedy: string) {
  return new GitOpsError({
    code: 'inputInvalid',
    field,
    problem: `${shownText(value)} ${problem}.`,
    remedy,
  });
}

function matching(
  input: Input,
  field: string,
  pattern: RegExp,
  problem: string,
  remedy: string,
): string | undefined {
  const value = textOf(input, field);
  if (value === undefined) return undefined;
  if (!pattern.test(value)) throw wrong(field, value, problem, remedy);
  return value;
}

/** @throws GitOpsError `urlInvalid`, which shows nothing of an address with credentials in it. */
function addressOf(input: Input, field: string): string | undefined {
  const value = textOf(input, field);
  if (value === undefined) return undefined;
  let url: URL | undefined;
  try {
    url = new URL(value);
  } catch {
    url = undefined;
  }
  const refused = (problem: string) =>
    new GitOpsError({
      code: 'urlInvalid',
      field,
      problem,
      remedy: 'Give an address such as https://s3.example.com:9000.',
    });
  // Also of what is no address at all: a slash in a password ends the host before the `@`.
  if (value.includes('@')) {
    throw refused('The address has a user or a password in it.');
  }
  if (/[?#]/.test(value)) {
    throw refused('The address has a ? or # in it; a signature may follow.');
  }
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    !/^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[A-Za-z0-9._~/-]*)?$/.test(value)
  ) {
    throw refused(`${shownText(value)} is no address of a server.`);
  }
  return value;
}

function credentialOf(input: Input): VeleroLocationRequest['credential'] {
  const name = textOf(input, 'credentialName');
  const key = matching(
    input,
    'credentialKey',
    /^[-._a-zA-Z0-9]{1,253}$/,
    'is no key of a Secret',
    'Give the key, such as cloud.',
  );
  if (name === undefined && key === undefined) return undefined;
  if (name === undefined || key === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: name === undefined ? 'credentialName' : 'credentialKey',
      problem:
        'A credential is told by the name of its Secret and a key of it.',
      remedy: 'Fill in both, or neither.',
    });
  }
  return { name: dnsSubdomain(name, 'credentialName', 'a Secret'), key };
}

const CERTIFICATE =
  /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

function isCertificate(base64: string): boolean {
  try {
    return Boolean(new X509Certificate(Buffer.from(base64, 'base64')));
  } catch {
    return false;
  }
}

function caCertOf(input: Input): string | undefined {
  const pem = textOf(input, 'caCert');
  if (pem === undefined) return undefined;
  const found = [...pem.matchAll(CERTIFICATE)];
  if (
    found.length === 0 ||
    pem.replace(CERTIFICATE, '').trim() !== '' ||
    !found.every(([, base64]) => isCertificate(base64))
  ) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'caCert',
      problem: 'It is no list of PEM certificates.',
      remedy:
        'Give the certificates, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, and nothing else.',
    });
  }
  return Buffer.from(`${pem.trim()}\n`).toString('base64');
}

function refuseInsecure(
  input: Input,
  addresses: ReadonlyArray<string | undefined>,
): void {
  if (input.confirmInsecure === true) return;
  const inTheClear = addresses.find(each => each?.startsWith('http://'));
  const because = inTheClear
    ? `Backups travel to and from ${inTheClear} in the clear`
    : input.insecureSkipTLSVerify === true &&
      'The certificate of the server is not checked';
  if (!because) return;
  throw new GitOpsError({
    code: 'confirmationMissing',
    field: 'confirmInsecure',
    problem: `${because}: whoever is on the way can read them, change them, and use the credentials.`,
    remedy:
      'Use https:// with the certificate of its authority in caCert, or confirm.',
  });
}

/** @throws GitOpsError that names the field. */
export function read(input: Input): VeleroLocationRequest {
  const name = dnsSubdomain(
    textOf(input, 'name') ?? '',
    'name',
    'a backup location',
  );
  const namespace = dnsLabel(
    textOf(input, 'namespace') ?? 'velero',
    'namespace',
    'a namespace',
  );
  const bucket = matching(
    input,
    'bucket',
    /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    'is no name of a bucket: those have 3 to 63 lower-case letters, digits, dots and dashes',
    'Give the name of the bucket alone, such as backups.',
  );
  if (bucket === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'bucket',
      problem: 'There is no bucket.',
      remedy: 'Give the name of a bucket that exists.',
    });
  }
  const prefix = matching(
    input,
    'prefix',
    /^(?!\/)(?!.*\/$)(?!.*\/\/)(?!(.*\/)?\.{1,2}(\/|$))[A-Za-z0-9!_.*'()/-]{1,512}$/,
    'is no folder of a bucket',
    'Give it without slashes around it, such as velero.',
  );
  const s3Url = addressOf(input, 's3Url');
  const publicUrl = addressOf(input, 'publicUrl');
  const region = matching(
    input,
    'region',
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'is no region',
    'Give it as the server calls it, such as eu-central-1.',
  );
  if (s3Url !== undefined && region === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'region',
      problem: `There is no region for ${s3Url}, and Velero would ask Amazon for it.`,
      remedy:
        'Give what the server calls its region; MinIO takes any word, such as minio.',
    });
  }
  if (publicUrl !== undefined && s3Url === undefined) {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'publicUrl',
      problem: 'It is the address of the server in s3Url for people outside.',
      remedy: 'Give s3Url, too, or leave this out.',
    });
  }
  refuseInsecure(input, [s3Url, publicUrl]);
  const kmsKeyId = matching(
    input,
    'kmsKeyId',
    /^[A-Za-z0-9:/_-]{1,256}$/,
    'is no id of a key',
    'Give the id or the alias of the key.',
  );
  const encryption = textOf(input, 'serverSideEncryption');
  if (kmsKeyId !== undefined && encryption !== 'aws:kms') {
    throw new GitOpsError({
      code: 'inputInvalid',
      field: 'kmsKeyId',
      problem: 'A key is used with the encryption aws:kms only.',
      remedy: 'Choose aws:kms as serverSideEncryption, or leave the key out.',
    });
  }
  const checksum = textOf(input, 'checksumAlgorithm');
  const caCert = caCertOf(input);
  const credential = credentialOf(input);
  return {
    name,
    namespace,
    bucket,
    ...(prefix !== undefined && { prefix }),
    config: {
      ...(region !== undefined && { region }),
      ...(input.s3ForcePathStyle === true && { s3ForcePathStyle: 'true' }),
      ...(s3Url !== undefined && { s3Url }),
      ...(publicUrl !== undefined && { publicUrl }),
      ...(input.insecureSkipTLSVerify === true && {
        insecureSkipTLSVerify: 'true',
      }),
      ...(checksum !== undefined && {
        checksumAlgorithm: checksum === 'none' ? '' : checksum,
      }),
      ...(encryption !== undefined && { serverSideEncryption: encryption }),
      ...(kmsKeyId !== undefined && { kmsKeyId }),
    },
    ...(credential && { credential }),
    ...(caCert !== undefined && { caCert }),
    ...(typeof input.default === 'boolean' && { default: input.default }),
    ...((input.accessMode === 'ReadOnly' ||
      input.accessMode === 'ReadWrite') && { accessMode: input.accessMode }),
    volumeSnapshotLocation: input.volumeSnapshotLocation === true,
    confirmReadOnly: input.confirmReadOnly === true,
    confirmMoved: input.confirmMoved === true,
    confirmNoTenantData: input.confirmNoTenantData === true,
  };
}
