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
export type { GitOpsRepository, GitOpsSettings } from './gitOpsRepository';
export {
  quotaReason,
  quotaSize,
  type QuotaRequest,
  type QuotaSize,
} from './quotaRequest';
export { quotaGates, smallestUnblockingQuota } from './quotaWarnings';
export {
  changeTrailer,
  wishesInTrailer,
  type ProposedObject,
} from './changeTrailer';
export {
  planStorageChange,
  readEarlierChanges,
  readStorageChange,
  storageChangeBranch,
  storageChangeFingerprint,
  type StorageChangePlan,
  type StorageChangePlanInput,
} from './planStorageChange';
export { refusalOf } from './refusal';
export type {
  ChangeArrival,
  StorageChange,
  StorageChangeField,
} from './storageChange';
export { storageChangeOf, storageChanges } from './storageChanges';
