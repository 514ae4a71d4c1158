import type { StorageChangeField } from '../storageChange';

const optionalText =
  (description: string): StorageChangeField =>
  z =>
    z.string().optional().describe(description);

const optionalFlag =
  (description: string): StorageChangeField =>
  z =>
    z.boolean().optional().describe(description);

/** What a backup location is told by. What is left out of a location that is there already is taken out of it. */
export const fields: Readonly<Record<string, StorageChangeField>> = {
  name: z => z.string().describe('The name of the location, such as `minio`'),
  namespace: optionalText("Velero's namespace. Default: `velero`"),
  bucket: z =>
    z.string().describe('The bucket that backups are kept in; it must exist'),
  prefix: optionalText(
    'The folder of the bucket, such as `velero`; the whole bucket unless told',
  ),
  region: optionalText(
    'The region of the bucket, such as `eu-central-1`; what an S3-compatible server calls its region, such as `minio`. Needed with `s3Url`',
  ),
  s3Url: optionalText(
    'The address of an S3-compatible server, such as `https://s3.example.com`; Amazon S3 unless told',
  ),
  publicUrl: optionalText(
    'The address of the same server for people outside the cluster, for downloads of logs',
  ),
  s3ForcePathStyle: optionalFlag(
    'Whether the bucket is part of the path, as MinIO wants it, not of the host name. Default: `false`',
  ),
  checksumAlgorithm: z =>
    z
      .enum(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'none'])
      .optional()
      .describe(
        'How uploads are checked; `none` for servers that refuse checksums. The plugin’s own choice unless told',
      ),
  serverSideEncryption: z =>
    z
      .enum(['AES256', 'aws:kms'])
      .optional()
      .describe('How the server encrypts what is stored'),
  kmsKeyId: optionalText(
    'The key for `aws:kms`: its id or alias, which is no secret',
  ),
  credentialName: optionalText(
    "The Secret in Velero's namespace that holds the credentials. Only its name is written; Velero's own credentials unless told",
  ),
  credentialKey: optionalText(
    'The key of that Secret, such as `cloud`. Needed with `credentialName`',
  ),
  caCert: optionalText(
    'The certificates of the authority that signed the server’s, as PEM',
  ),
  insecureSkipTLSVerify: optionalFlag(
    'Whether the server’s certificate is not checked. Default: `false`',
  ),
  confirmInsecure: optionalFlag(
    'Set by who accepts that backups can be read and forged on the way, because the certificate is not checked or the address has `http://`',
  ),
  default: optionalFlag(
    'Whether backups that name no location go here. The default moves in this one change. As it is unless told',
  ),
  accessMode: z =>
    z
      .enum(['ReadWrite', 'ReadOnly'])
      .optional()
      .describe('`ReadOnly` blocks backups. `ReadWrite` unless told'),
  confirmReadOnly: optionalFlag(
    'Set by who accepts that schedules that write here fail from now on',
  ),
  confirmMoved: optionalFlag(
    'Set by who accepts that backups in the old bucket or folder can’t be restored from this location any more',
  ),
  volumeSnapshotLocation: optionalFlag(
    'Whether a VolumeSnapshotLocation is made, too. It works for Amazon EBS volumes only. Default: `false`',
  ),
  confirmNoTenantData: optionalFlag(
    "Set by who knows that backups here have no data of tenants' volumes in them, because Velero skips hostPath volumes",
  ),
};
