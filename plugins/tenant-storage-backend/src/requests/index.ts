export {
  createStorageRequests,
  type RunningStorageRequests,
} from './storageRequests';
export type {
  QuotaToRecord,
  RequestAudience,
  RequestedObject,
  RequestQuery,
  RequestsSettings,
  RequestSubject,
  RequestToRecord,
  StorageChangeToRecord,
  StorageRequests,
} from './types';
