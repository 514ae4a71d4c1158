import type { ChangeGate, ChangeWarning } from './changePlan';
import { codeBlock, codeSpan, markdownLine } from './formText';
import type { PlannedChange, StorageChange } from './storageChange';

const MARKS = { passed: '✅', failed: '❌', unknown: '❔' };

/** What the approver reads, as Markdown: who asks for what and why, what it would mean, and what must be so before it is merged. */
export function storageChangeBody(described: {
  change: Pick<StorageChange, 'title'>;
  underCluster: string;
  requester: string;
  /** As it is seen. */
  reason: string;
  planned: PlannedChange;
  warnings: readonly ChangeWarning[];
  gates: readonly ChangeGate[];
}): string {
  const { change, underCluster, requester, reason, planned } = described;
  const { warnings, gates } = described;
  const cell = (text: string | null) =>
    text === null ? '' : markdownLine(text);
  const section = (lines: string[]) => (lines.length > 0 ? ['', ...lines] : []);
  return [
    `${codeSpan(
      requester,
    )} asks for this change of the storage of **${underCluster}**: ${markdownLine(
      planned.title,
    )} (${change.title}).`,
    '',
    'Why, in their words:',
    '',
    codeBlock(reason),
    ...(planned.impact.length > 0
      ? section([
          '| What | Now | Then | |',
          '| --- | --- | --- | --- |',
          ...planned.impact.map(
            ({ what, before, after, note }) =>
              `| ${cell(what)} | ${cell(before)} | ${cell(after)} | ${cell(
                note,
              )} |`,
          ),
        ])
      : []),
    ...(warnings.length > 0
      ? section([
          'To know before it is merged:',
          '',
          ...warnings.map(({ message }) => `- ${markdownLine(message)}`),
        ])
      : []),
    ...(gates.length > 0
      ? section([
          'What must be so before it is merged, as seen when it was planned (the commit status tells it as it is now):',
          '',
          ...gates.map(
            ({ title, state, detail }) =>
              `- ${MARKS[state]} ${markdownLine(title)}: ${markdownLine(
                detail,
              )}`,
          ),
        ])
      : []),
    ...section((planned.notes ?? []).map(note => `${markdownLine(note)}\n`)),
    '',
  ].join('\n');
}
