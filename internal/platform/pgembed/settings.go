package pgembed

import (
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
)

// settings are for a machine of memory bytes shared with the rest of the program.
func settings(memory int64, own map[string]string) map[string]string {
	const mb = 1 << 20
	buffers := min(max(memory/8, 64*mb), 2048*mb)
	// after each checkpoint every page of an index is written whole once more: the rarer, the less
	wal := min(max(memory/6, 1024*mb), 4096*mb)
	s := map[string]string{
		"shared_buffers": fmt.Sprintf("%dMB", buffers/mb), "effective_cache_size": fmt.Sprintf("%dMB", max(memory/2, 128*mb)/mb),
		"max_wal_size": fmt.Sprintf("%dMB", wal/mb), "work_mem": "16MB", "max_connections": "100", "jit": "off", "random_page_cost": "1.1",
		"unix_socket_permissions": "0700", "log_min_messages": "warning", "timezone": "UTC", "log_timezone": "UTC",
	}
	maps.Copy(s, own)
	return s
}

// memory is what this machine or its container has, in bytes; 1 GiB when unknown.
func memory() int64 {
	have := int64(1 << 30)
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int64
		if _, err := fmt.Sscanf(string(b), "MemTotal: %d kB", &kb); err == nil {
			have = kb << 10
		}
	}
	if b, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil {
			have = min(have, limit)
		}
	}
	return have
}
