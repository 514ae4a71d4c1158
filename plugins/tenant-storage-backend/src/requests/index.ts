export {
  createStorageRequests,
  type RunningStorageRequests,
} from './storageRequests';
export type {
  RequestAudience,
  RequestedObject,
  RequestQuery,
  RequestsSettings,
  RequestToRecord,
  StorageRequests,
} from './types';
