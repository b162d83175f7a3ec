#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace galen::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  std::array<int, 2> ends{};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
};

// Moves what there is to read into `text`; false at the end.
bool drain(int file, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t n = ::read(file, buffer.data(), buffer.size());
  if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

}  // namespace

Outcome run_words(const std::vector<std::string>& words, const Conditions& conditions) {
  Pipe out, err;
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no fork");
  if (child == 0) {
    ::dup2(out.ends[1], STDOUT_FILENO);
    ::dup2(err.ends[1], STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    std::vector<std::string> environment = conditions.environment;
    for (std::string& variable : environment) ::putenv(variable.data());
    std::vector<char*> argv;
    std::vector<std::string> copies = words;
    for (std::string& word : copies) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(out.ends[1]);
  ::close(err.ends[1]);

  Outcome outcome;
  const auto start = Clock::now();
  bool signalled = false, out_open = true, err_open = true;
  while (out_open || err_open) {
    std::array<pollfd, 2> files = {pollfd{out_open ? out.ends[0] : -1, POLLIN, 0},
                                   pollfd{err_open ? err.ends[0] : -1, POLLIN, 0}};
    ::poll(files.data(), files.size(), 2);
    const auto passed = Clock::now() - start;
    if (conditions.signal != 0 && !signalled && conditions.signal_when()) {
      ::kill(child, conditions.signal);
      signalled = true;
    }
    if (passed > conditions.limit) {
      ::kill(child, SIGKILL);
      outcome.err += "[the test's time limit]";
      break;
    }
    if (files[0].revents != 0) out_open = drain(out.ends[0], outcome.out);
    if (files[1].revents != 0) err_open = drain(err.ends[0], outcome.err);
  }
  int state = 0;
  rusage usage{};
  while (::wait4(child, &state, 0, &usage) < 0 && errno == EINTR) {
  }
  ::close(out.ends[0]);
  ::close(err.ends[0]);
  outcome.peak_megabytes = usage.ru_maxrss >> 10;
  outcome.status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  return outcome;
}

Outcome galen(const std::vector<std::string>& arguments, const Conditions& conditions) {
  std::vector<std::string> words = {GALEN_BINARY_DIR "/bin/galen"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_words(words, conditions);
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "galen-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code code;
  std::filesystem::remove_all(path_, code);
}

}  // namespace galen::test
