import {
  formatBytes,
  formatQuantity,
  formatUsage,
  type Headroom,
} from '@kmetal/backstage-plugin-tenant-storage-common';
import type { ChangeWarning, PlanAudience } from './changePlan';
import { codeBlock, codeSpan, markdownLine } from './formText';
import { classLimitOf, usedOf, type QuotaFacts } from './quotaFacts';
import type { QuotaRequest } from './quotaRequest';
import { quotaSumAfter, smallestUnblockingQuota } from './quotaWarnings';

/** What a description tells. All names are checked before. */
export interface DescribedQuota {
  request: QuotaRequest;
  /** As it is seen. */
  reason: string;
  facts: QuotaFacts;
  /** As written to Git. */
  written: string;
  after: bigint;
  /** In Git, or live if Git says nothing; undefined if there is none, or none is known. */
  before?: bigint;
  /** The same as it is written. */
  beforeWritten?: string;
  warnings: readonly ChangeWarning[];
  audience: PlanAudience;
}

const UNKNOWN = 'unknown';

/** New, raised or lowered, for a title: one line of plain text, made of checked names and sizes only. */
export function quotaTitle(described: DescribedQuota): string {
  const { request, before, after, written, beforeWritten } = described;
  const place = `Storage quota of ${request.tenant} in ${request.underCluster}`;
  if (before === undefined) return `${place}: ${written}, new`;
  const verb = after > before ? 'raised' : 'lowered';
  return `${place}: ${verb} from ${
    beforeWritten ?? formatQuantity(before)
  } to ${written}`;
}

function headroomCell(headroom: Headroom | null): string {
  if (headroom?.state === 'unlimited') return 'not limited by a quota';
  return headroom?.state === 'known' && headroom.bytes !== null
    ? formatBytes(BigInt(headroom.bytes))
    : UNKNOWN;
}

function usageCell(used: bigint | undefined, hard?: bigint): string {
  if (used === undefined) return UNKNOWN;
  return hard === undefined ? formatBytes(used) : formatUsage(used, hard);
}

function beforeCell({ before, facts }: DescribedQuota): string {
  if (before !== undefined) return formatBytes(before);
  return facts.quotaState === 'unknown' ? UNKNOWN : 'none';
}

function fleetRows({ facts, after, before }: DescribedQuota): string[][] {
  const now = facts.fleet?.quotaSum;
  const sum = quotaSumAfter(facts, after);
  const capacity = facts.fleet?.capacity;
  const shown = capacity
    ? `${formatBytes(BigInt(capacity.bytes))} (${
        capacity.source === 'configured'
          ? 'configured'
          : 'reported by the storage, CSIStorageCapacity'
      })`
    : UNKNOWN;
  const change =
    before !== undefined && sum !== undefined && capacity
      ? formatUsage(sum, BigInt(capacity.bytes))
      : undefined;
  return [
    [
      'All quotas of the class together',
      now === null || now === undefined ? UNKNOWN : formatBytes(BigInt(now)),
      change ?? (sum === undefined ? UNKNOWN : formatBytes(sum)),
    ],
    ['Capacity', shown, shown],
  ];
}

function pendingLines({ facts, after }: DescribedQuota): string[] {
  const { pending } = facts;
  if (pending === null) {
    return ['Whether volumes wait for quota is not known now.'];
  }
  if (pending.length === 0) {
    return ['No volume waits for quota.'];
  }
  const shown = pending.slice(0, 10).map(({ name, tenantCluster, charge }) => {
    const size =
      charge === null
        ? 'of unknown size'
        : `takes ${formatBytes(BigInt(charge))}`;
    const place = tenantCluster
      ? ` of the tenant cluster ${codeSpan(tenantCluster)}`
      : '';
    return `- ${codeSpan(name)}${place} ${size}`;
  });
  const more = pending.length - shown.length;
  const needed = smallestUnblockingQuota(facts);
  let verdict = 'Whether the new quota is enough for them is not known now.';
  if (needed !== null) {
    verdict =
      after >= needed
        ? 'The new quota is enough for all of them.'
        : `The new quota is not enough for all of them; that takes ${formatBytes(
            needed,
          )}.`;
  }
  return [
    `${
      pending.length === 1
        ? 'One volume waits'
        : `${pending.length} volumes wait`
    } for quota:`,
    '',
    ...shown,
    ...(more > 0 ? [`- and ${more} more`] : []),
    '',
    verdict,
  ];
}

/** What the approver, or the requester beforehand, reads: who asks for what and why, and what it would mean. */
export function quotaBody(described: DescribedQuota): string {
  const { request, facts, after, before, written, warnings, audience } =
    described;
  const used = usedOf(facts);
  const live = classLimitOf(facts);
  const rows = [
    [
      `Quota for ${codeSpan(facts.storageClass)}`,
      beforeCell(described),
      formatBytes(after),
    ],
    [
      'In use',
      usageCell(used, live ? BigInt(live.hard) : before),
      usageCell(used, after),
    ],
    [
      'Largest new volume',
      headroomCell(facts.headroom),
      headroomCell(facts.headroomAfter),
    ],
    ...(audience === 'approver' ? fleetRows(described) : []),
  ];
  return [
    `${codeSpan(
      request.requester,
    )} asks for a storage quota of **${written}** for the tenant **${
      request.tenant
    }** in **${request.underCluster}**.`,
    '',
    'Why, in their words:',
    '',
    codeBlock(described.reason),
    '',
    '| What | Now | Then |',
    '| --- | --- | --- |',
    ...rows.map(cells => `| ${cells.join(' | ')} |`),
    '',
    ...pendingLines(described),
    ...(warnings.length > 0
      ? [
          '',
          'To know before it is merged:',
          '',
          ...warnings.map(({ message }) => `- ${markdownLine(message)}`),
        ]
      : []),
    '',
  ].join('\n');
}
