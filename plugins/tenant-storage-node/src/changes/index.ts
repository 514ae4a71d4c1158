export type {
  ChangeGate,
  ChangePlan,
  ChangeRefusal,
  ChangeWarning,
  PlanAudience,
  PlannedFile,
} from './changePlan';
export { gitOpsSettingsOf } from './gitOpsSettings';
export { planQuota, quotaBranch, type QuotaPlanInput } from './quota';
export type { PendingVolume, QuotaFacts } from './quotaFacts';
export type { GitOpsRepository, GitOpsSettings } from './quotaManifest';
export type { QuotaRequest } from './quotaRequest';
export { quotaGates, smallestUnblockingQuota } from './quotaWarnings';
