import { useTranslationRef } from '@backstage/frontend-plugin-api';
import {
  Tenant,
  formatPercent,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import Table from '@material-ui/core/Table';
import TableBody from '@material-ui/core/TableBody';
import TableCell from '@material-ui/core/TableCell';
import TableContainer from '@material-ui/core/TableContainer';
import TableHead from '@material-ui/core/TableHead';
import TableRow from '@material-ui/core/TableRow';
import Tooltip from '@material-ui/core/Tooltip';
import Typography from '@material-ui/core/Typography';
import { makeStyles } from '@material-ui/core/styles';
import { Panel } from '../panel/Panel';
import { barGeometry } from '../quota/barGeometry';
import { QuotaBar } from '../quota/QuotaBar';
import { Size } from '../size/Size';
import { Unknown } from '../size/Unknown';
import { tenantStorageTranslationRef } from '../translation';
import { ControllerHealth } from './ControllerHealth';

const useStyles = makeStyles(
  theme => ({
    cell: {
      padding: theme.spacing(1, 2),
      verticalAlign: 'top',
      lineHeight: 1.4,
    },
    head: { '& th': { whiteSpace: 'nowrap' } },
    name: { fontWeight: 700 },
    quiet: {
      color: theme.palette.textSubtle,
      fontSize: theme.typography.pxToRem(12),
      fontWeight: 400,
    },
    charged: { minWidth: 160 },
    bar: { marginTop: theme.spacing(0.75) },
    hint: {
      borderBottom: `1px dotted ${theme.palette.textSubtle}`,
      '&:focus-visible': {
        outline: `2px solid ${theme.palette.primary.main}`,
      },
    },
    empty: { padding: theme.spacing(0, 2, 2) },
  }),
  { name: 'TenantStorageTenantClusters' },
);

/** What the shares are of: the limit on the class's bytes if there is one, else all that is charged. */
function shareBase(
  tenant: Tenant,
): { bytes: bigint; of: 'shareOfLimit' | 'shareOfUse' } | undefined {
  const limit = tenant.limits.find(({ resource }) => resource === 'bytes');
  if (limit && BigInt(limit.hard) > 0n) {
    return { bytes: BigInt(limit.hard), of: 'shareOfLimit' };
  }
  if (
    tenant.quotaState === 'unlimited' &&
    tenant.charged !== null &&
    BigInt(tenant.charged) > 0n
  ) {
    return { bytes: BigInt(tenant.charged), of: 'shareOfUse' };
  }
  return undefined;
}

/** Use and health, tenant cluster by tenant cluster. */
export function TenantClusters({ tenant }: { tenant: Tenant }) {
  const classes = useStyles();
  const { t } = useTranslationRef(tenantStorageTranslationRef);
  const base = shareBase(tenant);
  return (
    <Panel flush title={t('tenantClusters.title')}>
      {tenant.tenantClusters.length === 0 ? (
        <Typography
          variant="body2"
          color="textSecondary"
          className={classes.empty}
        >
          {tenant.volumes
            ? t('tenantClusters.empty')
            : t('tenantClusters.unseen')}
        </Typography>
      ) : (
        <TableContainer>
          <Table size="small" aria-label={t('tenantClusters.title')}>
            <TableHead>
              <TableRow className={classes.head}>
                <TableCell className={classes.cell}>
                  {t('tenantClusters.name')}
                </TableCell>
                <TableCell className={classes.cell} align="right">
                  {t('tenantClusters.volumes')}
                </TableCell>
                <TableCell className={classes.cell}>
                  {t('tenantClusters.charged')}
                </TableCell>
                <TableCell className={classes.cell}>
                  <Tooltip title={t('tenantClusters.controllerHint')}>
                    {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
                    <span tabIndex={0} className={classes.hint}>
                      {t('tenantClusters.controller')}
                    </span>
                  </Tooltip>
                </TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {tenant.tenantClusters.map(cluster => {
                const name = cluster.name ?? t('tenantClusters.unnamed');
                const charged =
                  cluster.charged === null ? null : BigInt(cluster.charged);
                const share =
                  base &&
                  charged !== null &&
                  t(`tenantClusters.${base.of}`, {
                    percent: formatPercent(charged, base.bytes) ?? '',
                  });
                return (
                  <TableRow key={cluster.name ?? ''}>
                    <TableCell
                      component="th"
                      scope="row"
                      // Material UI makes a plain cell of it otherwise.
                      role="rowheader"
                      className={classes.cell}
                    >
                      <div className={classes.name}>{name}</div>
                      {cluster.controlPlane && (
                        <div className={classes.quiet}>
                          {[
                            cluster.controlPlane.version,
                            cluster.controlPlane.status &&
                              t('tenantClusters.controlPlane', {
                                status: cluster.controlPlane.status,
                              }),
                          ]
                            .filter(Boolean)
                            .join(', ')}
                        </div>
                      )}
                    </TableCell>
                    <TableCell className={classes.cell} align="right">
                      {cluster.volumes === null ? (
                        <Unknown />
                      ) : (
                        cluster.volumes.toLocaleString()
                      )}
                    </TableCell>
                    <TableCell className={`${classes.cell} ${classes.charged}`}>
                      <Size focusable bytes={cluster.charged} />
                      {share && <span className={classes.quiet}> {share}</span>}
                      {base && charged !== null && share && (
                        <div className={classes.bar}>
                          <QuotaBar
                            compact
                            tone="normal"
                            label={name}
                            valueText={share}
                            geometry={barGeometry({
                              used: charged,
                              hard: base.bytes,
                              hidden: 0n,
                              inFlight: 0n,
                            })}
                          />
                        </div>
                      )}
                    </TableCell>
                    <TableCell className={classes.cell}>
                      {cluster.name === null ? (
                        '–'
                      ) : (
                        <ControllerHealth controller={cluster.csiController} />
                      )}
                    </TableCell>
                  </TableRow>
                );
              })}
            </TableBody>
          </Table>
        </TableContainer>
      )}
    </Panel>
  );
}
