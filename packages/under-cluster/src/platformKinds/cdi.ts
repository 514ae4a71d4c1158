/**
 * What CDI's own definition says (pkg/operator/resources/crds_generated.go of v1.66). Its CEL rule for access modes is an enumeration here:
 * Kubernetes v1.20 has no CEL.
 */
import { fields, kindWith, list, moment, oneOf, text } from './schema';

const claimPropertySets = list(
  fields(
    {
      accessModes: list(
        oneOf(
          'ReadWriteOnce',
          'ReadOnlyMany',
          'ReadWriteMany',
          'ReadWriteOncePod',
        ),
        { maxItems: 4 },
      ),
      volumeMode: oneOf('Block', 'Filesystem'),
    },
    ['accessModes', 'volumeMode'],
  ),
  { maxItems: 8 },
);

const choices = {
  claimPropertySets,
  cloneStrategy: text,
  dataImportCronSourceFormat: text,
  snapshotClass: text,
};

export const storageProfile = kindWith(
  {
    spec: fields(choices),
    status: fields({
      ...choices,
      conditions: list(
        fields(
          {
            lastHeartbeatTime: moment,
            lastTransitionTime: moment,
            message: text,
            reason: text,
            status: text,
            type: text,
          },
          ['status', 'type'],
        ),
      ),
      provisioner: text,
      storageClass: text,
    }),
  },
  ['spec'],
);
