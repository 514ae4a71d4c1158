export { minio } from './minio';
