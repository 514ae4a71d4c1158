import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Tenant } from '@kmetal/backstage-plugin-tenant-storage-common';
import { makeStyles } from '@material-ui/core/styles';
import { ReactNode } from 'react';
import { Panel } from '../panel/Panel';
import { Unknown } from '../size/Unknown';
import { SeverityIcon } from '../trouble/SeverityIcon';
import { tenantStorageTranslationRef } from '../translation';
import { percentText } from './percent';

const useStyles = makeStyles(
  theme => ({
    list: {
      margin: 0,
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fill, minmax(210px, 1fr))',
      gap: theme.spacing(2, 3),
    },
    label: {
      fontSize: theme.typography.pxToRem(13),
      color: theme.palette.textSubtle,
    },
    value: { margin: 0, overflowWrap: 'anywhere' },
    trouble: {
      display: 'inline-flex',
      gap: theme.spacing(0.75),
      alignItems: 'center',
    },
  }),
  { name: 'TenantStorageBackend' },
);

/** What the volumes are made of: the class, its backend, CDI. */
export function StorageBackend({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const { storageClass, cdi } = tenant;
  const unknown = <Unknown />;
  const troubled = (severity: 'error' | 'warning', words: string) => (
    <span className={classes.trouble}>
      <SeverityIcon severity={severity} size={18} />
      {words}
    </span>
  );
  const known = (value: string | null): ReactNode =>
    value === null ? unknown : value;

  const binding = () => {
    switch (storageClass.volumeBindingMode) {
      case 'WaitForFirstConsumer':
        return t('backend.bindingFirstUse');
      case 'Immediate':
        return t('backend.bindingImmediate');
      default:
        return known(storageClass.volumeBindingMode);
    }
  };
  const reclaim = () => {
    switch (storageClass.reclaimPolicy) {
      case 'Delete':
        return t('backend.reclaimDelete');
      case 'Retain':
        return t('backend.reclaimRetain');
      default:
        return known(storageClass.reclaimPolicy);
    }
  };
  const expansion = () => {
    if (storageClass.allowVolumeExpansion === null) return unknown;
    if (!storageClass.allowVolumeExpansion) return t('backend.expansionNo');
    // Its chart writes allowVolumeExpansion: true into every class, although local-path has no resizer.
    return /local-path/.test(
      `${storageClass.backend} ${storageClass.provisioner}`,
    )
      ? t('backend.expansionLocalPath')
      : t('backend.expansionYes');
  };
  const mode = () => {
    const { state, claimPropertySets } = storageClass.profile;
    if (state === 'unknown') return unknown;
    if (state === 'missing') return troubled('warning', t('backend.missing'));
    const sets = claimPropertySets
      .map(set =>
        [set.volumeMode, set.accessModes.join(', ')].filter(Boolean).join(' '),
      )
      .join('; ');
    const words = [sets, t(`backend.${state}`)].filter(Boolean).join(', ');
    return state === 'pinned' ? words : troubled('warning', words);
  };
  const importService = () => {
    const version = cdi.version ? `, ${cdi.version}` : '';
    switch (cdi.state) {
      case 'deployed':
        return `${t('backend.deployed')}${version}`;
      case 'unknown':
        return unknown;
      default:
        return troubled('error', t(`backend.${cdi.state}`));
    }
  };
  const overhead = () => {
    const percent =
      cdi.filesystemOverhead === null
        ? undefined
        : percentText(cdi.filesystemOverhead);
    return percent === undefined
      ? known(cdi.filesystemOverhead)
      : t('backend.overheadPercent', { percent });
  };

  const rows: [string, ReactNode][] = [
    [t('backend.backend'), known(storageClass.backend)],
    [
      t('backend.class'),
      storageClass.state === 'missing'
        ? troubled(
            'error',
            t('backend.classMissing', { name: storageClass.name }),
          )
        : storageClass.name,
    ],
    [t('backend.provisioner'), known(storageClass.provisioner)],
    [t('backend.mode'), mode()],
    [t('backend.binding'), binding()],
    [t('backend.reclaim'), reclaim()],
    [t('backend.expansion'), expansion()],
    [t('backend.import'), importService()],
    [t('backend.overhead'), overhead()],
  ];
  return (
    <Panel title={t('backend.title')}>
      <dl className={classes.list}>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt className={classes.label}>{label}</dt>
            <dd className={classes.value}>{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
