/** Whether this process still wants new work; set to closing as the first step of a shutdown. */
export class Readiness {
  isClosing = false
}
