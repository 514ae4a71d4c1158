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
export {
  classLimitOf,
  usedOf,
  type PendingVolume,
  type QuotaFacts,
} from './quotaFacts';
export type { GitOpsRepository, GitOpsSettings } from './quotaManifest';
export {
  quotaReason,
  quotaSize,
  type QuotaRequest,
  type QuotaSize,
} from './quotaRequest';
export { quotaGates, smallestUnblockingQuota } from './quotaWarnings';
