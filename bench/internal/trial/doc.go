// Package trial is one measured run of a program, from both sides: the command starts a process for each ([Run]), and
// the process does the work and tells what it took ([Serve]).
//
// The two speak through the standard streams of the process, so that it can be of another module and language:
//
//	stdin   the [Task] as JSON
//	stdout  a line "done" when the measured work has ended; then the [Result] as a line of JSON
//	stderr  why it failed, with an exit code other than 0
//
// What is measured, unless the program says otherwise, is the whole process from its start to the line "done", with its
// answer in a file and that file synced to the disk. A job whose input lies in memory calls [Session.Start] when it is
// there, and is measured from then on. What comes after "done" is not measured: the answer is read again, and its
// checksum made.
//
// The peak of resident memory is what the kernel says of this process alone. In place of the number that a parent is
// told, which begins with what the parent had when it forked, the process reads its own VmHWM.
package trial
